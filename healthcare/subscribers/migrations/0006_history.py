"""What rows said before: models, triggers, and the walls around them."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import healthcare.audit.transactions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from healthcare.history.guarding import guard_history
from healthcare.walls.guarding import OPERATOR, OWN, SUPPORT, any_of, through


class Migration(migrations.Migration):

    dependencies = [
        ('walls', '0001_roles'),
        ('pghistory', '0004_auto_20220906_1625'),
        ('patients', '0007_history'),
        ('subscribers', '0005_what_is_bound_to_a_line'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContractHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('operator_subscriber_id', models.TextField()),
                ('activated_on', models.DateField()),
                ('ended_on', models.DateField(blank=True, help_text='first day without the contract', null=True)),
                ('ended_because', models.TextField(blank=True, db_default='', help_text='a cause of `line_ends`; empty while it lives')),
                ('holder_subscriber_id', models.TextField(blank=True, help_text="operator's id of the contract that pays, when it is another")),
                ('tariff', models.TextField(blank=True)),
                ('package', models.TextField(blank=True)),
                ('entitlement_from', models.DateField(blank=True, null=True)),
                ('billing_from', models.DateField(blank=True, null=True)),
                ('trial_days_left', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('price_override', models.BigIntegerField(blank=True, help_text='minor units', null=True)),
                ('cancel_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LineAccessHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('subject', models.TextField(help_text="the account's opaque id at the operator (OpenID `sub`)")),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('ended_because', models.TextField(blank=True, help_text='a cause of `line_ends`, or `unlinked`')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LineHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(help_text='E.164', max_length=16)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField(help_text="half-open days in the operator's time zone")),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LineSuspensionHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField(help_text="half-open days in the operator's time zone")),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OperatorHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, max_length=40)),
                ('name', models.TextField()),
                ('country', models.CharField(default='JP', help_text='ISO 3166, for numbers', max_length=2)),
                ('timezone', models.TextField(default='Asia/Tokyo')),
                ('currency', models.CharField(default='JPY', max_length=3)),
                ('merchant', models.TextField(help_text="who we are in the operator's charge files")),
                ('transfer_basis', models.TextField(help_text='the legal basis on which names may be handed over before consent')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='update_contract', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_contracthistory" ("activated_on", "billing_from", "cancel_on", "ended_because", "ended_on", "entitlement_from", "holder_subscriber_id", "id", "imported_in_id", "operator_id", "operator_subscriber_id", "package", "patient_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_override", "tariff", "trial_days_left") SELECT old_values."activated_on", old_values."billing_from", old_values."cancel_on", old_values."ended_because", old_values."ended_on", old_values."entitlement_from", old_values."holder_subscriber_id", old_values."id", old_values."imported_in_id", old_values."operator_id", old_values."operator_subscriber_id", old_values."package", old_values."patient_id", NOW(), \'update\', old_values."id", old_values."price_override", old_values."tariff", old_values."trial_days_left" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b56fac697328ff2575100c16f0d2bc1dee417765', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_contract_18127', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='subscribers_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='delete_contract', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_contracthistory" ("activated_on", "billing_from", "cancel_on", "ended_because", "ended_on", "entitlement_from", "holder_subscriber_id", "id", "imported_in_id", "operator_id", "operator_subscriber_id", "package", "patient_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_override", "tariff", "trial_days_left") SELECT old_values."activated_on", old_values."billing_from", old_values."cancel_on", old_values."ended_because", old_values."ended_on", old_values."entitlement_from", old_values."holder_subscriber_id", old_values."id", old_values."imported_in_id", old_values."operator_id", old_values."operator_subscriber_id", old_values."package", old_values."patient_id", NOW(), \'delete\', old_values."id", old_values."price_override", old_values."tariff", old_values."trial_days_left" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='430468afdef692e0ceef27923c970c8516a81751', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_contract_dbf3e', referencing='REFERENCING OLD TABLE AS old_values ', table='subscribers_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='update_line', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_linehistory" ("contract_id", "id", "number", "period", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."contract_id", old_values."id", old_values."number", old_values."period", NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='bab8652f234117bbdb001469c91fe2609edfe1e4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_line_8a7d6', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='subscribers_line', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='line',
            trigger=pgtrigger.compiler.Trigger(name='delete_line', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_linehistory" ("contract_id", "id", "number", "period", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."contract_id", old_values."id", old_values."number", old_values."period", NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0d6b210c2bb8ca4073b5ead61751f2052609d7bf', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_line_248b3', referencing='REFERENCING OLD TABLE AS old_values ', table='subscribers_line', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lineaccess',
            trigger=pgtrigger.compiler.Trigger(name='update_lineaccess', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_lineaccesshistory" ("contract_id", "ended_because", "id", "operator_id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject", "user_id") SELECT old_values."contract_id", old_values."ended_because", old_values."id", old_values."operator_id", old_values."patient_id", old_values."period", NOW(), \'update\', old_values."id", old_values."subject", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='2f3bb82f9a9d3ca476e2f0ec20e6cd7b2886db86', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_lineaccess_9fdc7', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='subscribers_lineaccess', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lineaccess',
            trigger=pgtrigger.compiler.Trigger(name='delete_lineaccess', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_lineaccesshistory" ("contract_id", "ended_because", "id", "operator_id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject", "user_id") SELECT old_values."contract_id", old_values."ended_because", old_values."id", old_values."operator_id", old_values."patient_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."subject", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='d4a5afebb061a86f6b2f9b7184fe13327eb07965', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_lineaccess_b911a', referencing='REFERENCING OLD TABLE AS old_values ', table='subscribers_lineaccess', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linesuspension',
            trigger=pgtrigger.compiler.Trigger(name='update_linesuspension', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_linesuspensionhistory" ("contract_id", "id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."contract_id", old_values."id", old_values."period", NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ab8781b85a8c63c745f0261dc04046bcd72f1c01', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_linesuspension_547a1', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='subscribers_linesuspension', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linesuspension',
            trigger=pgtrigger.compiler.Trigger(name='delete_linesuspension', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_linesuspensionhistory" ("contract_id", "id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."contract_id", old_values."id", old_values."period", NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='602cf33d2e36a7bfdb6b84843912b5e3eb631af1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_linesuspension_73ca8', referencing='REFERENCING OLD TABLE AS old_values ', table='subscribers_linesuspension', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operator',
            trigger=pgtrigger.compiler.Trigger(name='update_operator', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_operatorhistory" ("code", "country", "currency", "id", "merchant", "name", "pgh_created_at", "pgh_label", "pgh_obj_id", "timezone", "transfer_basis") SELECT old_values."code", old_values."country", old_values."currency", old_values."id", old_values."merchant", old_values."name", NOW(), \'update\', old_values."id", old_values."timezone", old_values."transfer_basis" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ddf5b7916b43e59cb7eee31641313771373fe294', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_operator_b226a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='subscribers_operator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operator',
            trigger=pgtrigger.compiler.Trigger(name='delete_operator', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_operatorhistory" ("code", "country", "currency", "id", "merchant", "name", "pgh_created_at", "pgh_label", "pgh_obj_id", "timezone", "transfer_basis") SELECT old_values."code", old_values."country", old_values."currency", old_values."id", old_values."merchant", old_values."name", NOW(), \'delete\', old_values."id", old_values."timezone", old_values."transfer_basis" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3231160668ff95ab620bb00604f867299cffb162', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_operator_a4b5b', referencing='REFERENCING OLD TABLE AS old_values ', table='subscribers_operator', when='AFTER')),
        ),
        migrations.AddField(
            model_name='contracthistory',
            name='imported_in',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.importbatch'),
        ),
        migrations.AddField(
            model_name='contracthistory',
            name='operator',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.operator'),
        ),
        migrations.AddField(
            model_name='contracthistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='contracthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='subscribers.contract'),
        ),
        migrations.AddField(
            model_name='lineaccesshistory',
            name='contract',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.contract'),
        ),
        migrations.AddField(
            model_name='lineaccesshistory',
            name='operator',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.operator'),
        ),
        migrations.AddField(
            model_name='lineaccesshistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='lineaccesshistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='subscribers.lineaccess'),
        ),
        migrations.AddField(
            model_name='lineaccesshistory',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='linehistory',
            name='contract',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.contract'),
        ),
        migrations.AddField(
            model_name='linehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='subscribers.line'),
        ),
        migrations.AddField(
            model_name='linesuspensionhistory',
            name='contract',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.contract'),
        ),
        migrations.AddField(
            model_name='linesuspensionhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='subscribers.linesuspension'),
        ),
        migrations.AddField(
            model_name='operatorhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='subscribers.operator'),
        ),
        migrations.AddIndex(
            model_name='contracthistory',
            index=models.Index(fields=['patient'], name='subscribers_patient_328fe0_idx'),
        ),
        migrations.AddIndex(
            model_name='lineaccesshistory',
            index=models.Index(fields=['patient'], name='subscribers_patient_b9618d_idx'),
        ),
        migrations.AddIndex(
            model_name='linehistory',
            index=models.Index(fields=['contract'], name='subscribers_contrac_31a800_idx'),
        ),
        migrations.AddIndex(
            model_name='linesuspensionhistory',
            index=models.Index(fields=['contract'], name='subscribers_contrac_4313b1_idx'),
        ),
        *guard_history("subscribers_contract", to=any_of(OWN, OPERATOR, SUPPORT)),
        *guard_history("subscribers_line", to=through("subscribers_contract", "contract_id")),
        *guard_history("subscribers_operator"),
        *guard_history("subscribers_lineaccess", to=OWN),
        *guard_history("subscribers_linesuspension", to=through("subscribers_contract", "contract_id")),
    ]
