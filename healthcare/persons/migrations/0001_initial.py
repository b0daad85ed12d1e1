"""Pairs of records that may be of one person, what was joined, and the walls around them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import healthcare.audit.transactions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from healthcare.history.guarding import guard_history
from healthcare.walls.guarding import SUPPORT, Guard

# A guess goes with a person whom a roll-back takes out; the database does it in one statement.
GOES = """
ALTER TABLE persons_resemblance
    ADD CONSTRAINT resemblance_goes_with_earlier FOREIGN KEY (earlier_id)
        REFERENCES patients_patient ON DELETE CASCADE,
    ADD CONSTRAINT resemblance_goes_with_later FOREIGN KEY (later_id)
        REFERENCES patients_patient ON DELETE CASCADE;
"""
STAYS = """
ALTER TABLE persons_resemblance
    DROP CONSTRAINT resemblance_goes_with_earlier, DROP CONSTRAINT resemblance_goes_with_later;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('walls', '0001_roles'),
        ('pghistory', '0004_auto_20220906_1625'),
        ('patients', '0011_replaced'),
        ('subscribers', '0009_mappings'),
    ]

    operations = [
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contract_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('stood', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('built', models.JSONField()),
                ('reason', models.TextField()),
                ('merged_at', models.DateTimeField()),
                ('merged_by', models.TextField(help_text='the actor')),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('undone_by', models.TextField(blank=True, help_text='the actor')),
                ('undone_because', models.TextField(blank=True)),
                ('replaced', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
            options={
                'verbose_name_plural': 'records that were joined',
                'ordering': ['-merged_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Resemblance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.FloatField()),
                ('band', models.TextField(choices=[('same', 'same'), ('to_review', 'to_review'), ('different', 'different')])),
                ('explanation', models.JSONField()),
                ('state', models.TextField(choices=[('to_review', 'to look at'), ('not_the_same', 'not the same person'), ('merged', 'joined')], default='to_review')),
                ('found_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.TextField(blank=True, help_text='the actor')),
                ('earlier', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient')),
                ('later', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient')),
            ],
            options={
                'verbose_name_plural': 'resemblances to other records',
            },
        ),
        migrations.CreateModel(
            name='MergeHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('contract_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('stood', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('built', models.JSONField()),
                ('reason', models.TextField()),
                ('merged_at', models.DateTimeField()),
                ('merged_by', models.TextField(help_text='the actor')),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('undone_by', models.TextField(blank=True, help_text='the actor')),
                ('undone_because', models.TextField(blank=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='persons.merge')),
                ('replaced', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('survivor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('resemblance', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='persons.resemblance')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='merge',
            name='resemblance',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='persons.resemblance'),
        ),
        migrations.CreateModel(
            name='ResemblanceHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('score', models.FloatField()),
                ('band', models.TextField(choices=[('same', 'same'), ('to_review', 'to_review'), ('different', 'different')])),
                ('explanation', models.JSONField()),
                ('state', models.TextField(choices=[('to_review', 'to look at'), ('not_the_same', 'not the same person'), ('merged', 'joined')], default='to_review')),
                ('found_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.TextField(blank=True, help_text='the actor')),
                ('earlier', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('later', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='persons.resemblance')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Search',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reached', models.BigIntegerField(default=0)),
                ('compared', models.PositiveBigIntegerField(default=0, help_text='pairs')),
                ('found', models.PositiveBigIntegerField(default=0, help_text='pairs to look at')),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('batch', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.importbatch')),
            ],
            options={
                'verbose_name_plural': 'searches',
            },
        ),
        migrations.AddIndex(
            model_name='resemblance',
            index=models.Index(condition=models.Q(('state', 'to_review')), fields=['-score', 'id'], name='resemblance_queue'),
        ),
        migrations.AddConstraint(
            model_name='resemblance',
            constraint=models.UniqueConstraint(fields=('earlier', 'later'), name='resemblance_once'),
        ),
        migrations.AddConstraint(
            model_name='resemblance',
            constraint=models.CheckConstraint(condition=models.Q(('earlier__lt', models.F('later'))), name='resemblance_in_order'),
        ),
        migrations.AddConstraint(
            model_name='resemblance',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['to_review', 'not_the_same', 'merged'])), name='resemblance_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='resemblance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'to_review')), models.Q(models.Q(('state', 'to_review'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='resemblance_is_decided_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resemblance',
            trigger=pgtrigger.compiler.Trigger(name='update_resemblance', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "persons_resemblancehistory" ("band", "decided_at", "decided_by", "earlier_id", "explanation", "found_at", "id", "later_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "score", "state") SELECT old_values."band", old_values."decided_at", old_values."decided_by", old_values."earlier_id", old_values."explanation", old_values."found_at", old_values."id", old_values."later_id", NOW(), \'update\', old_values."id", old_values."score", old_values."state" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f2944f6a4b7edf02e7b1f8e12dff5f198c34ad5c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_resemblance_4df2e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='persons_resemblance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='resemblance',
            trigger=pgtrigger.compiler.Trigger(name='delete_resemblance', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "persons_resemblancehistory" ("band", "decided_at", "decided_by", "earlier_id", "explanation", "found_at", "id", "later_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "score", "state") SELECT old_values."band", old_values."decided_at", old_values."decided_by", old_values."earlier_id", old_values."explanation", old_values."found_at", old_values."id", old_values."later_id", NOW(), \'delete\', old_values."id", old_values."score", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='a9c1c3a117d410786921c35ee156c58f584e2a70', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_resemblance_e6a07', referencing='REFERENCING OLD TABLE AS old_values ', table='persons_resemblance', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='mergehistory',
            index=models.Index(fields=['survivor'], name='persons_mer_survivo_7d82d8_idx'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('replaced',), name='replaced_by_one_record'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('survivor', models.F('replaced')), _negated=True), name='merge_of_two_records'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='merge_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at', None), ('undone_because', '')), models.Q(('undone_at__isnull', False), models.Q(('undone_because', ''), _negated=True)), _connector='OR'), name='merge_is_undone_for_a_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merge',
            trigger=pgtrigger.compiler.Trigger(name='update_merge', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "persons_mergehistory" ("built", "contract_ids", "id", "merged_at", "merged_by", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "replaced_id", "resemblance_id", "stood", "survivor_id", "undone_at", "undone_because", "undone_by") SELECT old_values."built", old_values."contract_ids", old_values."id", old_values."merged_at", old_values."merged_by", NOW(), \'update\', old_values."id", old_values."reason", old_values."replaced_id", old_values."resemblance_id", old_values."stood", old_values."survivor_id", old_values."undone_at", old_values."undone_because", old_values."undone_by" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='23273a2f9080195a84547426d895f903686a0edd', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_merge_deff5', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='persons_merge', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merge',
            trigger=pgtrigger.compiler.Trigger(name='delete_merge', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "persons_mergehistory" ("built", "contract_ids", "id", "merged_at", "merged_by", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "replaced_id", "resemblance_id", "stood", "survivor_id", "undone_at", "undone_because", "undone_by") SELECT old_values."built", old_values."contract_ids", old_values."id", old_values."merged_at", old_values."merged_by", NOW(), \'delete\', old_values."id", old_values."reason", old_values."replaced_id", old_values."resemblance_id", old_values."stood", old_values."survivor_id", old_values."undone_at", old_values."undone_because", old_values."undone_by" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9ecd3606f9bb86658d325c791e5e2a975cb73d05', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_merge_9fe46', referencing='REFERENCING OLD TABLE AS old_values ', table='persons_merge', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='resemblancehistory',
            index=models.Index(fields=['earlier'], name='persons_res_earlier_1e59ec_idx'),
        ),
        migrations.RunSQL(GOES, STAYS),
        # The support desk alone sees whose records resemble each other; it writes nothing itself.
        Guard("persons_resemblance", to=SUPPORT, app="SELECT", batch="SELECT, INSERT, UPDATE"),
        Guard("persons_merge", to=SUPPORT, app="SELECT", batch="SELECT, INSERT, UPDATE"),
        *guard_history("persons_resemblance"),
        *guard_history("persons_merge"),
    ]
