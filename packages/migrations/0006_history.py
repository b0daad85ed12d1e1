"""What rows said before: models, triggers, and the walls around them."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import healthcare.audit.transactions
import packages.features
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from healthcare.history.guarding import guard_history
from healthcare.walls.guarding import HEALTH, OPERATOR, SUPPORT, any_of

SUBSCRIBER = "EXISTS (SELECT FROM walls.subscribers s WHERE s.patient_id = {table}.patient_id)"


class Migration(migrations.Migration):

    dependencies = [
        ('walls', '0001_roles'),
        ('pghistory', '0004_auto_20220906_1625'),
        ('packages', '0005_family'),
        ('patients', '0006_access_walls'),
        ('subscribers', '0005_what_is_bound_to_a_line'),
    ]

    operations = [
        migrations.CreateModel(
            name='BillingPolicyHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('proration', models.TextField(choices=[('none_calendar_month', 'none_calendar_month'), ('none_anniversary', 'none_anniversary'), ('actual_days', 'actual_days'), ('fixed_30', 'fixed_30')], default='none_calendar_month')),
                ('cycle', models.TextField(choices=[('calendar_month', 'calendar_month'), ('anniversary', 'anniversary')], default='calendar_month')),
                ('tax_rounding', models.TextField(choices=[('floor', 'floor'), ('half_up', 'half_up'), ('ceil', 'ceil')], default='floor')),
                ('tax_inclusive', models.BooleanField(default=True)),
                ('term_policy', models.TextField(choices=[('end_of_term', 'end_of_term'), ('capped', 'capped'), ('none', 'none')], default='end_of_term')),
                ('term_fee', models.PositiveBigIntegerField(default=0, help_text='minor units, policy `capped`')),
                ('term_fee_tax_rate', models.DecimalField(blank=True, decimal_places=2, help_text='percent; empty taxes the fee as the package it ends', max_digits=5, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PackageHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, max_length=40)),
                ('rank', models.PositiveSmallIntegerField()),
                ('name', models.TextField(help_text='English')),
                ('name_ja', models.TextField()),
                ('description', models.TextField(help_text='English, one sentence a member reads')),
                ('description_ja', models.TextField()),
                ('product_code', models.CharField(help_text='opaque: on a telephone bill it must tell nothing', max_length=20)),
                ('is_default', models.BooleanField(default=False, help_text='what people without a subscription are entitled to')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PackageVersionHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('valid', django.contrib.postgres.fields.ranges.DateRangeField(help_text='half-open days')),
                ('features', models.JSONField(help_text='see packages.features.Features', validators=[packages.features.validate_features])),
                ('trial_days', models.PositiveSmallIntegerField(default=0)),
                ('minimum_term_months', models.PositiveSmallIntegerField(default=0)),
                ('usage', models.JSONField(blank=True, default=dict, help_text='component to its rating, as in an invoice preview')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PriceHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('amount', models.PositiveBigIntegerField(help_text="minor units of the operator's currency")),
                ('tax_rate', models.DecimalField(decimal_places=2, help_text='percent', max_digits=5)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SubscriptionEventHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('sequence', models.PositiveIntegerField(help_text='1, 2, 3 within a person')),
                ('on', models.DateField(help_text="local day in the operator's time zone")),
                ('do', models.TextField(choices=[('subscribe', 'Subscribe'), ('change', 'Change'), ('cancel', 'Cancel'), ('revoke', 'Revoke'), ('stop', 'Stop')])),
                ('when', models.TextField(blank=True, choices=[('period_end', 'period_end'), ('now', 'now')])),
                ('trial_days', models.PositiveIntegerField(default=0, help_text='agreed when subscribing')),
                ('minimum_term_months', models.PositiveSmallIntegerField(default=0)),
                ('billing_from', models.DateField(help_text='first paid day of a migrated subscription; else after the trial', null=True)),
                ('price_override', models.PositiveBigIntegerField(help_text='minor units', null=True)),
                ('withdrawn', models.BooleanField(default=False, help_text='a cancellation scheduled for a later day, revoked before it')),
                ('recorded_at', models.DateTimeField()),
                ('actor', models.TextField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SubscriptionHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField(help_text="half-open days in the operator's time zone")),
                ('paid_from', models.DateField(help_text='first day that costs something: after the trial')),
                ('price_override', models.PositiveBigIntegerField(blank=True, help_text='minor units, agreed before the migration', null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='billingpolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_billingpolicy', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_billingpolicyhistory" ("cycle", "id", "issuer_id", "operator_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proration", "tax_inclusive", "tax_rounding", "term_fee", "term_fee_tax_rate", "term_policy") SELECT old_values."cycle", old_values."id", old_values."issuer_id", old_values."operator_id", NOW(), \'update\', old_values."id", old_values."proration", old_values."tax_inclusive", old_values."tax_rounding", old_values."term_fee", old_values."term_fee_tax_rate", old_values."term_policy" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='63640d4cff5764f87d69c50be1911116b30673d5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_billingpolicy_670d0', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='packages_billingpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='billingpolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_billingpolicy', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_billingpolicyhistory" ("cycle", "id", "issuer_id", "operator_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proration", "tax_inclusive", "tax_rounding", "term_fee", "term_fee_tax_rate", "term_policy") SELECT old_values."cycle", old_values."id", old_values."issuer_id", old_values."operator_id", NOW(), \'delete\', old_values."id", old_values."proration", old_values."tax_inclusive", old_values."tax_rounding", old_values."term_fee", old_values."term_fee_tax_rate", old_values."term_policy" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='102686abb3cf8b627244e757a74ad62a0cbce91e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_billingpolicy_549e8', referencing='REFERENCING OLD TABLE AS old_values ', table='packages_billingpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='package',
            trigger=pgtrigger.compiler.Trigger(name='update_package', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_packagehistory" ("code", "description", "description_ja", "id", "is_default", "name", "name_ja", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_code", "rank") SELECT old_values."code", old_values."description", old_values."description_ja", old_values."id", old_values."is_default", old_values."name", old_values."name_ja", NOW(), \'update\', old_values."id", old_values."product_code", old_values."rank" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='84b5d556d8ba912234cdb0d51d267bcca8d2dfdb', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_package_8a376', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='packages_package', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='package',
            trigger=pgtrigger.compiler.Trigger(name='delete_package', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_packagehistory" ("code", "description", "description_ja", "id", "is_default", "name", "name_ja", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_code", "rank") SELECT old_values."code", old_values."description", old_values."description_ja", old_values."id", old_values."is_default", old_values."name", old_values."name_ja", NOW(), \'delete\', old_values."id", old_values."product_code", old_values."rank" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='a14dce2a3adb9f77aa4abd6f56b44235eba50903', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_package_52a0f', referencing='REFERENCING OLD TABLE AS old_values ', table='packages_package', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='packageversion',
            trigger=pgtrigger.compiler.Trigger(name='update_packageversion', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_packageversionhistory" ("features", "id", "minimum_term_months", "package_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "trial_days", "usage", "valid") SELECT old_values."features", old_values."id", old_values."minimum_term_months", old_values."package_id", NOW(), \'update\', old_values."id", old_values."trial_days", old_values."usage", old_values."valid" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0207d633b0db9260b4400153ba0e83a94796a136', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_packageversion_b42f3', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='packages_packageversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='packageversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_packageversion', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_packageversionhistory" ("features", "id", "minimum_term_months", "package_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "trial_days", "usage", "valid") SELECT old_values."features", old_values."id", old_values."minimum_term_months", old_values."package_id", NOW(), \'delete\', old_values."id", old_values."trial_days", old_values."usage", old_values."valid" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c879ef844c2cc7282001e54d6654290a930bcb70', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_packageversion_35884', referencing='REFERENCING OLD TABLE AS old_values ', table='packages_packageversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='update_price', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_pricehistory" ("amount", "id", "operator_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tax_rate", "version_id") SELECT old_values."amount", old_values."id", old_values."operator_id", NOW(), \'update\', old_values."id", old_values."tax_rate", old_values."version_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6b694806932b80dbdd9553fc63491610e7782c13', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_price_b0c8b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='packages_price', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='price',
            trigger=pgtrigger.compiler.Trigger(name='delete_price', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_pricehistory" ("amount", "id", "operator_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "tax_rate", "version_id") SELECT old_values."amount", old_values."id", old_values."operator_id", NOW(), \'delete\', old_values."id", old_values."tax_rate", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3f5df30f8ca27d3802ca1ec2b2c4055d068c157b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_price_313f1', referencing='REFERENCING OLD TABLE AS old_values ', table='packages_price', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='update_subscription', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_subscriptionhistory" ("id", "operator_id", "package_id", "paid_from", "patient_id", "payer_contract_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_override") SELECT old_values."id", old_values."operator_id", old_values."package_id", old_values."paid_from", old_values."patient_id", old_values."payer_contract_id", old_values."period", NOW(), \'update\', old_values."id", old_values."price_override" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='8bc9100f837452d966ad25ad034238b219f41bb1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_subscription_e1ef1', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='packages_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='delete_subscription', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_subscriptionhistory" ("id", "operator_id", "package_id", "paid_from", "patient_id", "payer_contract_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_override") SELECT old_values."id", old_values."operator_id", old_values."package_id", old_values."paid_from", old_values."patient_id", old_values."payer_contract_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."price_override" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='7ecea91e135efcaed1d9ec3c5f9e35b5a6b04921', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_subscription_08a8d', referencing='REFERENCING OLD TABLE AS old_values ', table='packages_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscriptionevent',
            trigger=pgtrigger.compiler.Trigger(name='update_subscriptionevent', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_subscriptioneventhistory" ("actor", "billing_from", "do", "id", "minimum_term_months", "on", "package_id", "patient_id", "payer_contract_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_override", "recorded_at", "sequence", "trial_days", "when", "withdrawn") SELECT old_values."actor", old_values."billing_from", old_values."do", old_values."id", old_values."minimum_term_months", old_values."on", old_values."package_id", old_values."patient_id", old_values."payer_contract_id", NOW(), \'update\', old_values."id", old_values."price_override", old_values."recorded_at", old_values."sequence", old_values."trial_days", old_values."when", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='46de669e7f39b99fac0feab686f36ee8c26d4148', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_subscriptionevent_e502d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='packages_subscriptionevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscriptionevent',
            trigger=pgtrigger.compiler.Trigger(name='delete_subscriptionevent', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "packages_subscriptioneventhistory" ("actor", "billing_from", "do", "id", "minimum_term_months", "on", "package_id", "patient_id", "payer_contract_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_override", "recorded_at", "sequence", "trial_days", "when", "withdrawn") SELECT old_values."actor", old_values."billing_from", old_values."do", old_values."id", old_values."minimum_term_months", old_values."on", old_values."package_id", old_values."patient_id", old_values."payer_contract_id", NOW(), \'delete\', old_values."id", old_values."price_override", old_values."recorded_at", old_values."sequence", old_values."trial_days", old_values."when", old_values."withdrawn" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='320344b137a41a4181f0bb33c51fd3e94c9d8bc8', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_subscriptionevent_b6f4b', referencing='REFERENCING OLD TABLE AS old_values ', table='packages_subscriptionevent', when='AFTER')),
        ),
        migrations.AddField(
            model_name='billingpolicyhistory',
            name='issuer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='packages.issuer'),
        ),
        migrations.AddField(
            model_name='billingpolicyhistory',
            name='operator',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.operator'),
        ),
        migrations.AddField(
            model_name='billingpolicyhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='packages.billingpolicy'),
        ),
        migrations.AddField(
            model_name='packagehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='packages.package'),
        ),
        migrations.AddField(
            model_name='packageversionhistory',
            name='package',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='packages.package'),
        ),
        migrations.AddField(
            model_name='packageversionhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='packages.packageversion'),
        ),
        migrations.AddField(
            model_name='pricehistory',
            name='operator',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.operator'),
        ),
        migrations.AddField(
            model_name='pricehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='packages.price'),
        ),
        migrations.AddField(
            model_name='pricehistory',
            name='version',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='packages.packageversion'),
        ),
        migrations.AddField(
            model_name='subscriptioneventhistory',
            name='package',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='packages.package'),
        ),
        migrations.AddField(
            model_name='subscriptioneventhistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='subscriptioneventhistory',
            name='payer_contract',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.contract'),
        ),
        migrations.AddField(
            model_name='subscriptioneventhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='packages.subscriptionevent'),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='operator',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.operator'),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='package',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='packages.package'),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='payer_contract',
            field=models.ForeignKey(db_constraint=False, db_index=False, help_text='whose bill carries it', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.contract'),
        ),
        migrations.AddField(
            model_name='subscriptionhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='packages.subscription'),
        ),
        migrations.AddIndex(
            model_name='subscriptioneventhistory',
            index=models.Index(fields=['patient'], name='packages_su_patient_9be2dd_idx'),
        ),
        migrations.AddIndex(
            model_name='subscriptionhistory',
            index=models.Index(fields=['patient'], name='packages_su_patient_99ea91_idx'),
        ),
        *guard_history("packages_billingpolicy"),
        *guard_history("packages_package"),
        *guard_history("packages_packageversion"),
        *guard_history("packages_price"),
        *guard_history("packages_subscription", to=any_of(HEALTH, OPERATOR, SUPPORT)),
        *guard_history("packages_subscriptionevent", to=any_of(HEALTH, SUBSCRIBER, SUPPORT)),
    ]
