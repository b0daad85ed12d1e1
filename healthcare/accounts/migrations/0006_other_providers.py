"""Providers elsewhere, at which people sign in: whose they are, whom their accounts open."""

import django.contrib.postgres.fields
import django.db.models.deletion
import healthcare.accounts.models.identity_provider
import healthcare.audit.transactions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from healthcare.history.guarding import guard_history


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_history'),
        ('hospitals', '0002_patients_a_day'),
        ('walls', '0001_roles'),
        ('pghistory', '0004_auto_20220906_1625'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExternalIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.TextField(help_text='OpenID `sub`: opaque, never given out anew')),
                ('linked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='external_identities', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'external identities',
            },
        ),
        migrations.CreateModel(
            name='IdentityProvider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='in the address of its sign-in', max_length=40, unique=True)),
                ('name', models.TextField()),
                ('name_ja', models.TextField(blank=True)),
                ('issuer', models.TextField(help_text='OpenID Discovery: https, without a slash at its end')),
                ('client_id', models.TextField()),
                ('client_secret', models.TextField(help_text='sealed')),
                ('strong_acr', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None)),
                ('strong_amr', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=healthcare.accounts.models.identity_provider.several_factors, size=None)),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(blank=True, help_text="whose clinicians it signs in; empty: an operator's", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='identity_providers', to='hospitals.hospital')),
            ],
            options={
                'ordering': ['name', 'code'],
            },
        ),
        migrations.CreateModel(
            name='ExternalIdentityHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('subject', models.TextField(help_text='OpenID `sub`: opaque, never given out anew')),
                ('linked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='accounts.externalidentity')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('provider', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.identityprovider')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='externalidentity',
            name='provider',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='accounts.identityprovider'),
        ),
        migrations.AddField(
            model_name='session',
            name='provider',
            field=models.ForeignKey(help_text='at which they signed in, if not here', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.identityprovider'),
        ),
        migrations.CreateModel(
            name='IdentityProviderHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('code', models.SlugField(db_index=False, help_text='in the address of its sign-in', max_length=40)),
                ('name', models.TextField()),
                ('name_ja', models.TextField(blank=True)),
                ('issuer', models.TextField(help_text='OpenID Discovery: https, without a slash at its end')),
                ('client_id', models.TextField()),
                ('strong_acr', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None)),
                ('strong_amr', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=healthcare.accounts.models.identity_provider.several_factors, size=None)),
                ('is_active', models.BooleanField(default=True)),
                ('hospital', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text="whose clinicians it signs in; empty: an operator's", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.hospital')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='accounts.identityprovider')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='identityprovider',
            constraint=models.UniqueConstraint(models.F('issuer'), models.F('client_id'), name='one_provider_for_each_client'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='identityprovider',
            trigger=pgtrigger.compiler.Trigger(name='update_identityprovider', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_identityproviderhistory" ("client_id", "code", "hospital_id", "id", "is_active", "issuer", "name", "name_ja", "pgh_created_at", "pgh_label", "pgh_obj_id", "strong_acr", "strong_amr") SELECT old_values."client_id", old_values."code", old_values."hospital_id", old_values."id", old_values."is_active", old_values."issuer", old_values."name", old_values."name_ja", NOW(), \'update\', old_values."id", old_values."strong_acr", old_values."strong_amr" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."client_id" IS DISTINCT FROM (new_values."client_id") OR old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."hospital_id" IS DISTINCT FROM (new_values."hospital_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."issuer" IS DISTINCT FROM (new_values."issuer") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."name_ja" IS DISTINCT FROM (new_values."name_ja") OR old_values."strong_acr" IS DISTINCT FROM (new_values."strong_acr") OR old_values."strong_amr" IS DISTINCT FROM (new_values."strong_amr")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5fa44b3b4dd8ad0458853ff68865efe6175abf2c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_identityprovider_69f38', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_identityprovider', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='identityprovider',
            trigger=pgtrigger.compiler.Trigger(name='delete_identityprovider', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_identityproviderhistory" ("client_id", "code", "hospital_id", "id", "is_active", "issuer", "name", "name_ja", "pgh_created_at", "pgh_label", "pgh_obj_id", "strong_acr", "strong_amr") SELECT old_values."client_id", old_values."code", old_values."hospital_id", old_values."id", old_values."is_active", old_values."issuer", old_values."name", old_values."name_ja", NOW(), \'delete\', old_values."id", old_values."strong_acr", old_values."strong_amr" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='67f3a5924aafe46de680b912fdad331e1db3e452', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_identityprovider_c441d', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_identityprovider', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='externalidentity',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('provider', 'subject'), name='external_account_opens_one_log_in'),
        ),
        migrations.AddConstraint(
            model_name='externalidentity',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('provider', 'user'), name='log_in_has_one_account_at_a_provider'),
        ),
        migrations.AddConstraint(
            model_name='externalidentity',
            constraint=models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='external_identity_has_subject'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='externalidentity',
            trigger=pgtrigger.compiler.Trigger(name='update_externalidentity', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_externalidentityhistory" ("ended_at", "id", "linked_at", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "subject", "user_id") SELECT old_values."ended_at", old_values."id", old_values."linked_at", NOW(), \'update\', old_values."id", old_values."provider_id", old_values."subject", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ae310896a452a0ff5c273ddef8df7fa5df462444', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_externalidentity_33454', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_externalidentity', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='externalidentity',
            trigger=pgtrigger.compiler.Trigger(name='delete_externalidentity', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_externalidentityhistory" ("ended_at", "id", "linked_at", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "subject", "user_id") SELECT old_values."ended_at", old_values."id", old_values."linked_at", NOW(), \'delete\', old_values."id", old_values."provider_id", old_values."subject", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b38f41cf019174a57acd5dcf069942b9110fc889', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_externalidentity_2ec50', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_externalidentity', when='AFTER')),
        ),
        *guard_history("accounts_identityprovider"),
        *guard_history("accounts_externalidentity"),
    ]
