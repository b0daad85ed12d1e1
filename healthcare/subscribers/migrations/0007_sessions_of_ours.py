"""Sessions through the line are our own session rows; operators have a provider to sign in at.

No door opened a session through the line before, so the former table goes without its rows.
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from healthcare.walls.guarding import Guard, through


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_other_providers'),
        ('subscribers', '0006_history'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='operator',
            name='update_operator',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='operator',
            name='delete_operator',
        ),
        migrations.DeleteModel(name='LineSession'),
        migrations.CreateModel(
            name='LineSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('access', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='subscribers.lineaccess')),
                ('session', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='line_session', to='accounts.session')),
            ],
        ),
        # Asked and written by sign-in and the end of lines only.
        Guard(
            'subscribers_linesession',
            to=through('subscribers_lineaccess', 'access_id'),
            batch='SELECT, INSERT, UPDATE, DELETE',
        ),
        migrations.AddField(
            model_name='operator',
            name='identity_provider',
            field=models.OneToOneField(blank=True, help_text='where its subscribers sign in; nobody signs in through it while empty', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='operator', to='accounts.identityprovider'),
        ),
        migrations.AddField(
            model_name='operatorhistory',
            name='identity_provider',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='where its subscribers sign in; nobody signs in through it while empty', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.identityprovider'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operator',
            trigger=pgtrigger.compiler.Trigger(name='update_operator', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_operatorhistory" ("code", "country", "currency", "id", "identity_provider_id", "merchant", "name", "pgh_created_at", "pgh_label", "pgh_obj_id", "timezone", "transfer_basis") SELECT old_values."code", old_values."country", old_values."currency", old_values."id", old_values."identity_provider_id", old_values."merchant", old_values."name", NOW(), \'update\', old_values."id", old_values."timezone", old_values."transfer_basis" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3a4e510403eab983c74ac33a37f35d940ce0d42d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_operator_b226a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='subscribers_operator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operator',
            trigger=pgtrigger.compiler.Trigger(name='delete_operator', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "subscribers_operatorhistory" ("code", "country", "currency", "id", "identity_provider_id", "merchant", "name", "pgh_created_at", "pgh_label", "pgh_obj_id", "timezone", "transfer_basis") SELECT old_values."code", old_values."country", old_values."currency", old_values."id", old_values."identity_provider_id", old_values."merchant", old_values."name", NOW(), \'delete\', old_values."id", old_values."timezone", old_values."transfer_basis" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='a3d1d93f30ae4959800750b97b0115bf68b8b49a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_operator_a4b5b', referencing='REFERENCING OLD TABLE AS old_values ', table='subscribers_operator', when='AFTER')),
        ),
    ]
