"""What rows said before: models, triggers, and the walls around them."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import healthcare.audit.transactions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from healthcare.history.guarding import guard_history
from healthcare.walls.guarding import HEALTH, SUPPORT, any_of, through

SUBSCRIBER = "EXISTS (SELECT FROM walls.subscribers s WHERE s.patient_id = {table}.patient_id)"
PERSON = any_of(HEALTH, SUBSCRIBER, SUPPORT).replace("{table}.patient_id", "{table}.id")
OF_PANEL = f"({HEALTH}) AND {through('patients_panel', 'panel_id')}"


class Migration(migrations.Migration):

    dependencies = [
        ('walls', '0001_roles'),
        ('pghistory', '0004_auto_20220906_1625'),
        ('hospitals', '0002_patients_a_day'),
        ('patients', '0006_access_walls'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BreakGlassHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('reason', models.TextField()),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, at most 60 minutes')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CareRelationshipHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('hospital_patient_number', models.TextField(blank=True)),
                ('doctor', models.TextField(blank=True, help_text='name printed on reports')),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, [from, until)')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConsentHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('purpose', models.TextField(choices=[('care', 'Care: my readings are stored and watched'), ('hospital_report', 'Reports to my hospital'), ('research', 'Research, without my name'), ('marketing', 'News and offers')])),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, [given, withdrawn)')),
                ('given_by', models.TextField(help_text='the actor who recorded it')),
                ('withdrawn_by', models.TextField(blank=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PanelHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60)),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PanelPatientHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, [put on, taken off)')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PanelStaffHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, [joined, left)')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PatientHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('family_name', models.TextField(blank=True)),
                ('given_name', models.TextField(blank=True)),
                ('family_name_kana', models.TextField(blank=True)),
                ('given_name_kana', models.TextField(blank=True)),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('sex', models.TextField(blank=True, choices=[('female', 'female'), ('male', 'male'), ('other', 'other')])),
                ('postcode', models.TextField(blank=True)),
                ('prefecture', models.TextField(blank=True)),
                ('email', models.TextField(blank=True)),
                ('language', models.CharField(choices=[('en', 'en'), ('ja', 'ja')], default='ja', max_length=2)),
                ('timezone', models.TextField(default='Asia/Tokyo')),
                ('invited_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WatcherHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('invited_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(help_text='the code opens nothing from then on')),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, help_text='half-open, [accepted, ended)', null=True)),
                ('ended_by', models.TextField(blank=True, help_text='the actor: the member, or the watcher')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='breakglass',
            trigger=pgtrigger.compiler.Trigger(name='update_breakglass', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_breakglasshistory" ("hospital_id", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "user_id") SELECT old_values."hospital_id", old_values."id", old_values."patient_id", old_values."period", NOW(), \'update\', old_values."id", old_values."reason", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5b0b082884ea511ebc3ee6e48c2e90969d7028c3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_breakglass_943e4', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_breakglass', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='breakglass',
            trigger=pgtrigger.compiler.Trigger(name='delete_breakglass', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_breakglasshistory" ("hospital_id", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "user_id") SELECT old_values."hospital_id", old_values."id", old_values."patient_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."reason", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6fc822d6c2ebdd0adbe5a22d47bf016ce2478b00', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_breakglass_416c0', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_breakglass', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='carerelationship',
            trigger=pgtrigger.compiler.Trigger(name='update_carerelationship', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_carerelationshiphistory" ("doctor", "hospital_id", "hospital_patient_number", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "ward_id") SELECT old_values."doctor", old_values."hospital_id", old_values."hospital_patient_number", old_values."id", old_values."patient_id", old_values."period", NOW(), \'update\', old_values."id", old_values."ward_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1a9c24a828034e5cf054648563ad67af3d4833db', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_carerelationship_f55a3', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_carerelationship', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='carerelationship',
            trigger=pgtrigger.compiler.Trigger(name='delete_carerelationship', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_carerelationshiphistory" ("doctor", "hospital_id", "hospital_patient_number", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "ward_id") SELECT old_values."doctor", old_values."hospital_id", old_values."hospital_patient_number", old_values."id", old_values."patient_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."ward_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1216a59953b0b8f1e6140ba125dae28a81aec46a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_carerelationship_a63b9', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_carerelationship', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consent',
            trigger=pgtrigger.compiler.Trigger(name='update_consent', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_consenthistory" ("given_by", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "withdrawn_by") SELECT old_values."given_by", old_values."id", old_values."patient_id", old_values."period", NOW(), \'update\', old_values."id", old_values."purpose", old_values."withdrawn_by" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='46c14d2c3e22cb7056c7a79634416155b21d470b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_consent_04b92', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_consent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consent',
            trigger=pgtrigger.compiler.Trigger(name='delete_consent', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_consenthistory" ("given_by", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "withdrawn_by") SELECT old_values."given_by", old_values."id", old_values."patient_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."purpose", old_values."withdrawn_by" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='364f4b1357449a67f715eae0e9d655821457454d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_consent_188f0', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_consent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='panel',
            trigger=pgtrigger.compiler.Trigger(name='update_panel', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_panelhistory" ("closed_at", "created_at", "hospital_id", "id", "name", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."closed_at", old_values."created_at", old_values."hospital_id", old_values."id", old_values."name", NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='4270dd41a1c9af97abdd99fe6729b922f6cd2817', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_panel_a1bc0', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_panel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='panel',
            trigger=pgtrigger.compiler.Trigger(name='delete_panel', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_panelhistory" ("closed_at", "created_at", "hospital_id", "id", "name", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."closed_at", old_values."created_at", old_values."hospital_id", old_values."id", old_values."name", NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b764545314df1af59f9e20f72b71e1f0ec6c3d8b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_panel_56144', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_panel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='panelpatient',
            trigger=pgtrigger.compiler.Trigger(name='update_panelpatient', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_panelpatienthistory" ("id", "panel_id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."panel_id", old_values."patient_id", old_values."period", NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='388c98e2ddf3c8de6137f55c0492b89231439bd7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_panelpatient_a1597', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_panelpatient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='panelpatient',
            trigger=pgtrigger.compiler.Trigger(name='delete_panelpatient', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_panelpatienthistory" ("id", "panel_id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."panel_id", old_values."patient_id", old_values."period", NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3e164570aa4e5d6b0a269ed6cba3c1eee1410f55', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_panelpatient_eaaca', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_panelpatient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='panelstaff',
            trigger=pgtrigger.compiler.Trigger(name='update_panelstaff', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_panelstaffhistory" ("id", "panel_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."id", old_values."panel_id", old_values."period", NOW(), \'update\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1dc469874a3ec36949bcc4cb1f57728f5d29c9c4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_panelstaff_92a9b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_panelstaff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='panelstaff',
            trigger=pgtrigger.compiler.Trigger(name='delete_panelstaff', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_panelstaffhistory" ("id", "panel_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."id", old_values."panel_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9ade0cca1b6811c75764ab4396cb252e7905c2a7', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_panelstaff_5ab06', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_panelstaff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='update_patient', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_patienthistory" ("birth_date", "email", "family_name", "family_name_kana", "given_name", "given_name_kana", "id", "invited_at", "language", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "prefecture", "sex", "timezone", "user_id") SELECT old_values."birth_date", old_values."email", old_values."family_name", old_values."family_name_kana", old_values."given_name", old_values."given_name_kana", old_values."id", old_values."invited_at", old_values."language", NOW(), \'update\', old_values."id", old_values."postcode", old_values."prefecture", old_values."sex", old_values."timezone", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."birth_date" IS DISTINCT FROM (new_values."birth_date") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."family_name" IS DISTINCT FROM (new_values."family_name") OR old_values."family_name_kana" IS DISTINCT FROM (new_values."family_name_kana") OR old_values."given_name" IS DISTINCT FROM (new_values."given_name") OR old_values."given_name_kana" IS DISTINCT FROM (new_values."given_name_kana") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."invited_at" IS DISTINCT FROM (new_values."invited_at") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."postcode" IS DISTINCT FROM (new_values."postcode") OR old_values."prefecture" IS DISTINCT FROM (new_values."prefecture") OR old_values."sex" IS DISTINCT FROM (new_values."sex") OR old_values."timezone" IS DISTINCT FROM (new_values."timezone") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9bd1b3b13f6c0adef887b87ff9051b86239fa83b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_patient_f374b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='delete_patient', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_patienthistory" ("birth_date", "email", "family_name", "family_name_kana", "given_name", "given_name_kana", "id", "invited_at", "language", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "prefecture", "sex", "timezone", "user_id") SELECT old_values."birth_date", old_values."email", old_values."family_name", old_values."family_name_kana", old_values."given_name", old_values."given_name_kana", old_values."id", old_values."invited_at", old_values."language", NOW(), \'delete\', old_values."id", old_values."postcode", old_values."prefecture", old_values."sex", old_values."timezone", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='32a948a783c7d489a58a3b0047fc118f477b57fd', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_patient_b7c72', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='watcher',
            trigger=pgtrigger.compiler.Trigger(name='update_watcher', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_watcherhistory" ("accepted_at", "ended_by", "expires_at", "id", "invited_at", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."accepted_at", old_values."ended_by", old_values."expires_at", old_values."id", old_values."invited_at", old_values."patient_id", old_values."period", NOW(), \'update\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."accepted_at" IS DISTINCT FROM (new_values."accepted_at") OR old_values."ended_by" IS DISTINCT FROM (new_values."ended_by") OR old_values."expires_at" IS DISTINCT FROM (new_values."expires_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."invited_at" IS DISTINCT FROM (new_values."invited_at") OR old_values."patient_id" IS DISTINCT FROM (new_values."patient_id") OR old_values."period" IS DISTINCT FROM (new_values."period") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='83dec968bc06571ecd16c789f508bd4fcd937640', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_watcher_902b7', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_watcher', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='watcher',
            trigger=pgtrigger.compiler.Trigger(name='delete_watcher', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_watcherhistory" ("accepted_at", "ended_by", "expires_at", "id", "invited_at", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") SELECT old_values."accepted_at", old_values."ended_by", old_values."expires_at", old_values."id", old_values."invited_at", old_values."patient_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='334d4a2508ce35de0ea57c945bf655f71c922020', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_watcher_1a985', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_watcher', when='AFTER')),
        ),
        migrations.AddField(
            model_name='breakglasshistory',
            name='hospital',
            field=models.ForeignKey(db_constraint=False, db_index=False, help_text='where the clinician works', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.hospital'),
        ),
        migrations.AddField(
            model_name='breakglasshistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='breakglasshistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='patients.breakglass'),
        ),
        migrations.AddField(
            model_name='breakglasshistory',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='carerelationshiphistory',
            name='hospital',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.hospital'),
        ),
        migrations.AddField(
            model_name='carerelationshiphistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='carerelationshiphistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='patients.carerelationship'),
        ),
        migrations.AddField(
            model_name='carerelationshiphistory',
            name='ward',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.ward'),
        ),
        migrations.AddField(
            model_name='consenthistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='consenthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='patients.consent'),
        ),
        migrations.AddField(
            model_name='panelhistory',
            name='hospital',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='hospitals.hospital'),
        ),
        migrations.AddField(
            model_name='panelhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='patients.panel'),
        ),
        migrations.AddField(
            model_name='panelpatienthistory',
            name='panel',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.panel'),
        ),
        migrations.AddField(
            model_name='panelpatienthistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='panelpatienthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='patients.panelpatient'),
        ),
        migrations.AddField(
            model_name='panelstaffhistory',
            name='panel',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.panel'),
        ),
        migrations.AddField(
            model_name='panelstaffhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='patients.panelstaff'),
        ),
        migrations.AddField(
            model_name='panelstaffhistory',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='patienthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='patienthistory',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='watcherhistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='watcherhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='patients.watcher'),
        ),
        migrations.AddField(
            model_name='watcherhistory',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='breakglasshistory',
            index=models.Index(fields=['patient'], name='patients_br_patient_ed618d_idx'),
        ),
        migrations.AddIndex(
            model_name='carerelationshiphistory',
            index=models.Index(fields=['patient'], name='patients_ca_patient_11644d_idx'),
        ),
        migrations.AddIndex(
            model_name='consenthistory',
            index=models.Index(fields=['patient'], name='patients_co_patient_5181f9_idx'),
        ),
        migrations.AddIndex(
            model_name='panelpatienthistory',
            index=models.Index(fields=['patient'], name='patients_pa_patient_935514_idx'),
        ),
        migrations.AddIndex(
            model_name='watcherhistory',
            index=models.Index(fields=['patient'], name='patients_wa_patient_d3966b_idx'),
        ),
        *guard_history("patients_patient", to=PERSON),
        *guard_history("patients_consent", to=any_of(HEALTH, SUBSCRIBER, SUPPORT)),
        *guard_history("patients_carerelationship", to=HEALTH),
        *guard_history("patients_breakglass", to=HEALTH),
        *guard_history("patients_watcher", to=HEALTH),
        *guard_history("patients_panel"),
        *guard_history("patients_panelstaff"),
        *guard_history("patients_panelpatient", to=OF_PANEL),
    ]
