"""What rows said before: models, triggers, and the walls around them."""

import django.contrib.auth.validators
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
import healthcare.audit.transactions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from healthcare.history.guarding import guard_history



class Migration(migrations.Migration):

    dependencies = [
        ('walls', '0001_roles'),
        ('pghistory', '0004_auto_20220906_1625'),
        ('accounts', '0004_sessions_and_cache'),
        ('hospitals', '0002_patients_a_day'),
    ]

    operations = [
        migrations.CreateModel(
            name='HospitalStaffHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, [from, until)')),
                ('is_lead', models.BooleanField(default=False, help_text="keeps the panels and reads the hospital's notices")),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PersonalTokenHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('prefix', models.CharField(help_text='first characters, to tell tokens apart', max_length=12)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UserHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('role', models.TextField(choices=[('clinician', 'Clinician'), ('member', 'Member'), ('operator', "Operator's staff"), ('support', 'Support desk'), ('admin', 'Platform administrator')], default='member')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('ja', '日本語')], max_length=2)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hospitalstaff',
            trigger=pgtrigger.compiler.Trigger(name='update_hospitalstaff', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_hospitalstaffhistory" ("hospital_id", "id", "is_lead", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."hospital_id", old_values."id", old_values."is_lead", old_values."period", NOW(), \'update\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='cde0d4099d299971809e002a9997519a47b82af4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_hospitalstaff_1d722', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_hospitalstaff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hospitalstaff',
            trigger=pgtrigger.compiler.Trigger(name='delete_hospitalstaff', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_hospitalstaffhistory" ("hospital_id", "id", "is_lead", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."hospital_id", old_values."id", old_values."is_lead", old_values."period", NOW(), \'delete\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='06089a494ca29f6b46cbec8f469dee7db6c47bfb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_hospitalstaff_f2de1', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_hospitalstaff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personaltoken',
            trigger=pgtrigger.compiler.Trigger(name='update_personaltoken', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_personaltokenhistory" ("created_at", "id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "user_id") SELECT old_values."created_at", old_values."id", NOW(), \'update\', old_values."id", old_values."prefix", old_values."revoked_at", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."prefix" IS DISTINCT FROM (new_values."prefix") OR old_values."revoked_at" IS DISTINCT FROM (new_values."revoked_at") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='e20d7a307f8f34599c92c4a3e64373808f927554', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_personaltoken_5df46', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_personaltoken', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personaltoken',
            trigger=pgtrigger.compiler.Trigger(name='delete_personaltoken', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_personaltokenhistory" ("created_at", "id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefix", "revoked_at", "user_id") SELECT old_values."created_at", old_values."id", NOW(), \'delete\', old_values."id", old_values."prefix", old_values."revoked_at", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9085cc2b8d225a49a67936aefe304e2fdd61ae9d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_personaltoken_6ad00', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_personaltoken', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_user', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_userhistory" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "language", "last_name", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "username") SELECT old_values."date_joined", old_values."email", old_values."first_name", old_values."id", old_values."is_active", old_values."is_staff", old_values."is_superuser", old_values."language", old_values."last_name", NOW(), \'update\', old_values."id", old_values."role", old_values."username" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."date_joined" IS DISTINCT FROM (new_values."date_joined") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."is_staff" IS DISTINCT FROM (new_values."is_staff") OR old_values."is_superuser" IS DISTINCT FROM (new_values."is_superuser") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."role" IS DISTINCT FROM (new_values."role") OR old_values."username" IS DISTINCT FROM (new_values."username")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='7d0129bc9b9fe348f1469116955ad500f69058ac', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_user_50cf8', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='delete_user', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_userhistory" ("date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "language", "last_name", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "username") SELECT old_values."date_joined", old_values."email", old_values."first_name", old_values."id", old_values."is_active", old_values."is_staff", old_values."is_superuser", old_values."language", old_values."last_name", NOW(), \'delete\', old_values."id", old_values."role", old_values."username" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c57108c3a6b864168536ed18cad29bf9db440da6', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_user_4cc84', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_user', when='AFTER')),
        ),
        migrations.AddField(
            model_name='hospitalstaffhistory',
            name='hospital',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.hospital'),
        ),
        migrations.AddField(
            model_name='hospitalstaffhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='accounts.hospitalstaff'),
        ),
        migrations.AddField(
            model_name='hospitalstaffhistory',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='personaltokenhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='accounts.personaltoken'),
        ),
        migrations.AddField(
            model_name='personaltokenhistory',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='userhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to=settings.AUTH_USER_MODEL),
        ),
        *guard_history("accounts_hospitalstaff"),
        *guard_history("accounts_personaltoken"),
        *guard_history("accounts_user"),
    ]
