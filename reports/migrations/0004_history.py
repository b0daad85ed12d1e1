"""What rows said before: models, triggers, and the walls around them."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import healthcare.audit.transactions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from healthcare.history.guarding import guard_history
from healthcare.walls.guarding import HEALTH


class Migration(migrations.Migration):

    dependencies = [
        ('walls', '0001_roles'),
        ('pghistory', '0004_auto_20220906_1625'),
        ('patients', '0007_history'),
        ('reports', '0003_family'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AlertHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('kind', models.TextField(choices=[('crisis', 'very high pressure'), ('suspect', 'check with the person'), ('low', 'low pressure'), ('worsening', 'worsening'), ('missing', 'no readings')])),
                ('state', models.TextField(choices=[('open', 'open'), ('acknowledged', 'acknowledged'), ('snoozed', 'snoozed'), ('resolved', 'resolved')], default='open')),
                ('urgent', models.BooleanField(default=False, help_text='a second crisis within 15 minutes')),
                ('opened_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('snoozed_until', models.DateTimeField(null=True)),
                ('reason', models.JSONField(default=dict, help_text='numbers for the sentence of this kind')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PatientGoalHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('systolic', models.PositiveSmallIntegerField()),
                ('diastolic', models.PositiveSmallIntegerField()),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(help_text='half-open, [set, replaced)')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='update_alert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "reports_alerthistory" ("assignee_id", "changed_at", "id", "kind", "opened_at", "patient_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "snoozed_until", "state", "urgent") SELECT old_values."assignee_id", old_values."changed_at", old_values."id", old_values."kind", old_values."opened_at", old_values."patient_id", NOW(), \'update\', old_values."id", old_values."reason", old_values."snoozed_until", old_values."state", old_values."urgent" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f01efbc3e9c0230de060848b1978e53750c6759c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_alert_d2f6c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='reports_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alert',
            trigger=pgtrigger.compiler.Trigger(name='delete_alert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "reports_alerthistory" ("assignee_id", "changed_at", "id", "kind", "opened_at", "patient_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "snoozed_until", "state", "urgent") SELECT old_values."assignee_id", old_values."changed_at", old_values."id", old_values."kind", old_values."opened_at", old_values."patient_id", NOW(), \'delete\', old_values."id", old_values."reason", old_values."snoozed_until", old_values."state", old_values."urgent" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='afc7838342a580461c40516434060cd70a7feb69', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_alert_49671', referencing='REFERENCING OLD TABLE AS old_values ', table='reports_alert', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patientgoal',
            trigger=pgtrigger.compiler.Trigger(name='update_patientgoal', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "reports_patientgoalhistory" ("diastolic", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_by_id", "systolic") SELECT old_values."diastolic", old_values."id", old_values."patient_id", old_values."period", NOW(), \'update\', old_values."id", old_values."set_by_id", old_values."systolic" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b441f25bd69f39bf0b1d9097d7ccf5d30cbb2cac', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_patientgoal_12263', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='reports_patientgoal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patientgoal',
            trigger=pgtrigger.compiler.Trigger(name='delete_patientgoal', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "reports_patientgoalhistory" ("diastolic", "id", "patient_id", "period", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_by_id", "systolic") SELECT old_values."diastolic", old_values."id", old_values."patient_id", old_values."period", NOW(), \'delete\', old_values."id", old_values."set_by_id", old_values."systolic" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9beb9b85d88036f4085930912c237f41ef6cb7fe', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_patientgoal_165b2', referencing='REFERENCING OLD TABLE AS old_values ', table='reports_patientgoal', when='AFTER')),
        ),
        migrations.AddField(
            model_name='alerthistory',
            name='assignee',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alerthistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='alerthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='reports.alert'),
        ),
        migrations.AddField(
            model_name='patientgoalhistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='patientgoalhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='reports.patientgoal'),
        ),
        migrations.AddField(
            model_name='patientgoalhistory',
            name='set_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='alerthistory',
            index=models.Index(fields=['patient'], name='reports_ale_patient_364755_idx'),
        ),
        migrations.AddIndex(
            model_name='patientgoalhistory',
            index=models.Index(fields=['patient'], name='reports_pat_patient_f8afd5_idx'),
        ),
        *guard_history("reports_alert", to=HEALTH),
        *guard_history("reports_patientgoal", to=HEALTH),
    ]
