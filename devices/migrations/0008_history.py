"""What rows said before: models, triggers, and the walls around them."""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import healthcare.audit.transactions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from healthcare.history.guarding import guard_history
from healthcare.walls.guarding import HEALTH, OWN


class Migration(migrations.Migration):

    dependencies = [
        ('walls', '0001_roles'),
        ('pghistory', '0004_auto_20220906_1625'),
        ('devices', '0007_family_and_support'),
        ('patients', '0006_access_walls'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AppGrantHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('approved_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_because', models.TextField(blank=True, choices=[('member', 'ended by the member'), ('app', 'ended by the app'), ('code_reused', 'a code was used twice'), ('refresh_reused', 'a used-up token was used again'), ('app_retired', 'the app was withdrawn')])),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DeviceCredentialHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('place', models.PositiveSmallIntegerField(help_text='1 or 2')),
                ('prefix', models.CharField(help_text='first characters, to tell tokens apart', max_length=12)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DeviceHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('kind', models.TextField(choices=[('blood_pressure', 'Blood pressure'), ('sleep', 'Sleep')])),
                ('serial', models.TextField()),
                ('model', models.TextField(blank=True, help_text='as its maker names it: Beurer BM85')),
                ('firmware', models.TextField(blank=True)),
                ('lot', models.TextField(blank=True)),
                ('timezone', models.TextField(default='Asia/Tokyo', help_text='where it was handed over')),
                ('registered_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.BigIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DeviceHoldingHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('user_slot', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, [handed over, handed on)')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GatewayEntrustmentHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, [entrusted, withdrawn)')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GatewayHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('name', models.TextField()),
                ('registered_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.BigIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MemberAppHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('client_id', models.TextField()),
                ('name', models.TextField(help_text='as members read it when they are asked')),
                ('redirect_uris', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('registered_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appgrant',
            trigger=pgtrigger.compiler.Trigger(name='update_appgrant', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_appgranthistory" ("app_id", "approved_at", "ended_at", "ended_because", "id", "patient_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."app_id", old_values."approved_at", old_values."ended_at", old_values."ended_because", old_values."id", old_values."patient_id", NOW(), \'update\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='42a8aa63d802ac5e3e74d16aea0390b03ae4b81e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_appgrant_1c862', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='devices_appgrant', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appgrant',
            trigger=pgtrigger.compiler.Trigger(name='delete_appgrant', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_appgranthistory" ("app_id", "approved_at", "ended_at", "ended_because", "id", "patient_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."app_id", old_values."approved_at", old_values."ended_at", old_values."ended_because", old_values."id", old_values."patient_id", NOW(), \'delete\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='aa3dbb8eb5ba4a26c4ee9ef34bdbdbabdc3bc549', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_appgrant_686c7', referencing='REFERENCING OLD TABLE AS old_values ', table='devices_appgrant', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='update_device', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_devicehistory" ("firmware", "id", "kind", "lot", "model", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_at", "retired_at", "serial", "timezone", "version") SELECT old_values."firmware", old_values."id", old_values."kind", old_values."lot", old_values."model", NOW(), \'update\', old_values."id", old_values."registered_at", old_values."retired_at", old_values."serial", old_values."timezone", old_values."version" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c64c2ffa4eaf12b85f10518e555fc5cd6d15e21e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_device_27a47', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='devices_device', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='delete_device', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_devicehistory" ("firmware", "id", "kind", "lot", "model", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_at", "retired_at", "serial", "timezone", "version") SELECT old_values."firmware", old_values."id", old_values."kind", old_values."lot", old_values."model", NOW(), \'delete\', old_values."id", old_values."registered_at", old_values."retired_at", old_values."serial", old_values."timezone", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='db27d6a8cf8893490bb66bbf78dc40343b53785e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_device_d1ed8', referencing='REFERENCING OLD TABLE AS old_values ', table='devices_device', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='devicecredential',
            trigger=pgtrigger.compiler.Trigger(name='update_devicecredential', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_devicecredentialhistory" ("created_at", "device_id", "gateway_id", "id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "prefix", "revoked_at") SELECT old_values."created_at", old_values."device_id", old_values."gateway_id", old_values."id", NOW(), \'update\', old_values."id", old_values."place", old_values."prefix", old_values."revoked_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."device_id" IS DISTINCT FROM (new_values."device_id") OR old_values."gateway_id" IS DISTINCT FROM (new_values."gateway_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."place" IS DISTINCT FROM (new_values."place") OR old_values."prefix" IS DISTINCT FROM (new_values."prefix") OR old_values."revoked_at" IS DISTINCT FROM (new_values."revoked_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='789116f3f592090d4b4853490ad4bb14d1adc2b4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_devicecredential_8b072', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='devices_devicecredential', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='devicecredential',
            trigger=pgtrigger.compiler.Trigger(name='delete_devicecredential', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_devicecredentialhistory" ("created_at", "device_id", "gateway_id", "id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "prefix", "revoked_at") SELECT old_values."created_at", old_values."device_id", old_values."gateway_id", old_values."id", NOW(), \'delete\', old_values."id", old_values."place", old_values."prefix", old_values."revoked_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6dcfff701a1ed7d79f51aa3f80e6f26edaafab33', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_devicecredential_dd44a', referencing='REFERENCING OLD TABLE AS old_values ', table='devices_devicecredential', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deviceholding',
            trigger=pgtrigger.compiler.Trigger(name='update_deviceholding', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_deviceholdinghistory" ("device_id", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_slot") SELECT old_values."device_id", old_values."id", old_values."patient_id", old_values."period", NOW(), \'update\', old_values."id", old_values."user_slot" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='bec8f16e3030255357fe3588489ade3fbceee7c5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_deviceholding_3e752', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='devices_deviceholding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deviceholding',
            trigger=pgtrigger.compiler.Trigger(name='delete_deviceholding', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_deviceholdinghistory" ("device_id", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_slot") SELECT old_values."device_id", old_values."id", old_values."patient_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."user_slot" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6aff3dee3dc7fa95e79c85e8875f317b1e7a695e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_deviceholding_12332', referencing='REFERENCING OLD TABLE AS old_values ', table='devices_deviceholding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gateway',
            trigger=pgtrigger.compiler.Trigger(name='update_gateway', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_gatewayhistory" ("id", "name", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_at", "retired_at", "version") SELECT old_values."id", old_values."name", NOW(), \'update\', old_values."id", old_values."registered_at", old_values."retired_at", old_values."version" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='753421c0c4c4cfac2eb7513acc6baa2a6986517c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_gateway_e8e6f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='devices_gateway', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gateway',
            trigger=pgtrigger.compiler.Trigger(name='delete_gateway', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_gatewayhistory" ("id", "name", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_at", "retired_at", "version") SELECT old_values."id", old_values."name", NOW(), \'delete\', old_values."id", old_values."registered_at", old_values."retired_at", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='8d0e8295232f20e54c5177a2252b6f756808457c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_gateway_e38ae', referencing='REFERENCING OLD TABLE AS old_values ', table='devices_gateway', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatewayentrustment',
            trigger=pgtrigger.compiler.Trigger(name='update_gatewayentrustment', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_gatewayentrustmenthistory" ("device_id", "gateway_id", "id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."device_id", old_values."gateway_id", old_values."id", old_values."period", NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5ae4dd1139ef5c52d186148067cd7602d8d203a5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_gatewayentrustment_09442', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='devices_gatewayentrustment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gatewayentrustment',
            trigger=pgtrigger.compiler.Trigger(name='delete_gatewayentrustment', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_gatewayentrustmenthistory" ("device_id", "gateway_id", "id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."device_id", old_values."gateway_id", old_values."id", old_values."period", NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='00a0cfefc014fc7bd539dc6eb86f072d67e8955f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_gatewayentrustment_0677a', referencing='REFERENCING OLD TABLE AS old_values ', table='devices_gatewayentrustment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='memberapp',
            trigger=pgtrigger.compiler.Trigger(name='update_memberapp', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_memberapphistory" ("client_id", "id", "name", "pgh_created_at", "pgh_label", "pgh_obj_id", "redirect_uris", "registered_at", "retired_at") SELECT old_values."client_id", old_values."id", old_values."name", NOW(), \'update\', old_values."id", old_values."redirect_uris", old_values."registered_at", old_values."retired_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0040d722aba82480f44c2cc58fb0062d9fce515b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_memberapp_2ad01', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='devices_memberapp', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='memberapp',
            trigger=pgtrigger.compiler.Trigger(name='delete_memberapp', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_memberapphistory" ("client_id", "id", "name", "pgh_created_at", "pgh_label", "pgh_obj_id", "redirect_uris", "registered_at", "retired_at") SELECT old_values."client_id", old_values."id", old_values."name", NOW(), \'delete\', old_values."id", old_values."redirect_uris", old_values."registered_at", old_values."retired_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1af218ffe9cfaa2f5bc9c4790ad89b5015c2a784', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_memberapp_931e6', referencing='REFERENCING OLD TABLE AS old_values ', table='devices_memberapp', when='AFTER')),
        ),
        migrations.AddField(
            model_name='appgranthistory',
            name='app',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='devices.memberapp'),
        ),
        migrations.AddField(
            model_name='appgranthistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='appgranthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='devices.appgrant'),
        ),
        migrations.AddField(
            model_name='appgranthistory',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='devicecredentialhistory',
            name='device',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='devices.device'),
        ),
        migrations.AddField(
            model_name='devicecredentialhistory',
            name='gateway',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='devices.gateway'),
        ),
        migrations.AddField(
            model_name='devicecredentialhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='devices.devicecredential'),
        ),
        migrations.AddField(
            model_name='devicehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='devices.device'),
        ),
        migrations.AddField(
            model_name='deviceholdinghistory',
            name='device',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='devices.device'),
        ),
        migrations.AddField(
            model_name='deviceholdinghistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='deviceholdinghistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='devices.deviceholding'),
        ),
        migrations.AddField(
            model_name='gatewayentrustmenthistory',
            name='device',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='devices.device'),
        ),
        migrations.AddField(
            model_name='gatewayentrustmenthistory',
            name='gateway',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='devices.gateway'),
        ),
        migrations.AddField(
            model_name='gatewayentrustmenthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='devices.gatewayentrustment'),
        ),
        migrations.AddField(
            model_name='gatewayhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='devices.gateway'),
        ),
        migrations.AddField(
            model_name='memberapphistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='devices.memberapp'),
        ),
        migrations.AddIndex(
            model_name='appgranthistory',
            index=models.Index(fields=['patient'], name='devices_app_patient_75c168_idx'),
        ),
        migrations.AddIndex(
            model_name='deviceholdinghistory',
            index=models.Index(fields=['patient'], name='devices_dev_patient_a7c968_idx'),
        ),
        *guard_history("devices_device"),
        *guard_history("devices_devicecredential"),
        *guard_history("devices_deviceholding", to=HEALTH),
        *guard_history("devices_gateway"),
        *guard_history("devices_gatewayentrustment"),
        *guard_history("devices_memberapp"),
        *guard_history("devices_appgrant", to=OWN),
    ]
