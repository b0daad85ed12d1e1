"""A record that another one stands for since two were joined."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0010_consent_terms'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='patient',
            name='update_patient',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='patient',
            name='delete_patient',
        ),
        migrations.AddField(
            model_name='patient',
            name='replaced_by',
            field=models.ForeignKey(blank=True, db_index=False, help_text='the record that stands for this person now', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='patienthistory',
            name='replaced_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='the record that stands for this person now', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(condition=models.Q(('replaced_by__isnull', False)), fields=['replaced_by'], name='patient_by_replacement'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='update_patient', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_patienthistory" ("birth_date", "email", "family_name", "family_name_kana", "given_name", "given_name_kana", "id", "invited_at", "language", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "prefecture", "replaced_by_id", "sex", "timezone", "user_id") SELECT old_values."birth_date", old_values."email", old_values."family_name", old_values."family_name_kana", old_values."given_name", old_values."given_name_kana", old_values."id", old_values."invited_at", old_values."language", NOW(), \'update\', old_values."id", old_values."postcode", old_values."prefecture", old_values."replaced_by_id", old_values."sex", old_values."timezone", old_values."user_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."birth_date" IS DISTINCT FROM (new_values."birth_date") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."family_name" IS DISTINCT FROM (new_values."family_name") OR old_values."family_name_kana" IS DISTINCT FROM (new_values."family_name_kana") OR old_values."given_name" IS DISTINCT FROM (new_values."given_name") OR old_values."given_name_kana" IS DISTINCT FROM (new_values."given_name_kana") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."invited_at" IS DISTINCT FROM (new_values."invited_at") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."postcode" IS DISTINCT FROM (new_values."postcode") OR old_values."prefecture" IS DISTINCT FROM (new_values."prefecture") OR old_values."replaced_by_id" IS DISTINCT FROM (new_values."replaced_by_id") OR old_values."sex" IS DISTINCT FROM (new_values."sex") OR old_values."timezone" IS DISTINCT FROM (new_values."timezone") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='848fb171d68b1f3a3f5e1abc2167f2a57912ea9a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_patient_f374b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='delete_patient', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "patients_patienthistory" ("birth_date", "email", "family_name", "family_name_kana", "given_name", "given_name_kana", "id", "invited_at", "language", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "prefecture", "replaced_by_id", "sex", "timezone", "user_id") SELECT old_values."birth_date", old_values."email", old_values."family_name", old_values."family_name_kana", old_values."given_name", old_values."given_name_kana", old_values."id", old_values."invited_at", old_values."language", NOW(), \'delete\', old_values."id", old_values."postcode", old_values."prefecture", old_values."replaced_by_id", old_values."sex", old_values."timezone", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='69fd9114708dda8db37a48dfa140f3f959c32379', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_patient_b7c72', referencing='REFERENCING OLD TABLE AS old_values ', table='patients_patient', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('replaced_by', None), models.Q(('user', None), models.Q(('replaced_by', models.F('id')), _negated=True)), _connector='OR'), name='patient_replaced_opens_nothing'),
        ),
    ]
