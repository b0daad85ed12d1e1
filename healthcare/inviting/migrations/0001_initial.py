"""Waves, invitations and their messages; models, history, and the walls around them."""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import healthcare.audit.transactions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from healthcare.history.guarding import guard_history
from healthcare.walls.guarding import OPERATOR, Guard, through


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('walls', '0001_roles'),
        ('patients', '0010_consent_terms'),
        ('subscribers', '0010_manifests'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.TextField(choices=[('console', 'text file, to look at'), ('smtp', 'e-mail'), ('letter', 'letter shop'), ('sms', 'SMS gateway')])),
                ('planned_at', models.DateTimeField()),
                ('seed', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ('token_hash', models.BinaryField(max_length=32, null=True, unique=True)),
                ('wrong_proofs', models.PositiveSmallIntegerField(db_default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(help_text='the link opens nothing from then on', null=True)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('expired_at', models.DateTimeField(null=True)),
                ('opted_out_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_because', models.TextField(blank=True, db_default='', help_text='a cause of `line_ends`, or `cancelled`')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='subscribers.contract')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='patients.patient')),
            ],
        ),
        migrations.CreateModel(
            name='InvitationWave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('cut_over_on', models.DateField(help_text='who had a contract on that day is invited')),
                ('starts_at', models.DateTimeField(help_text='nothing goes out before')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(choices=[('console', 'text file, to look at'), ('smtp', 'e-mail'), ('letter', 'letter shop'), ('sms', 'SMS gateway')]), help_text='in order: the first by which somebody can be reached is theirs', size=None)),
                ('pace', models.PositiveIntegerField(help_text='messages a minute')),
                ('expiry_days', models.PositiveSmallIntegerField(help_text='from sending on')),
                ('reminder_days', models.PositiveSmallIntegerField(help_text='after sending; 0: no reminder')),
                ('state', models.TextField(choices=[('planning', 'being planned'), ('planned', 'planned, waits to be started'), ('running', 'going out'), ('paused', 'paused'), ('done', 'done'), ('cancelled', 'cancelled')], default='planning')),
                ('made_at', models.DateTimeField()),
                ('made_by', models.TextField(help_text='the actor')),
                ('planned_up_to', models.BigIntegerField(default=0, help_text='the last contract looked at')),
                ('paced_at', models.DateTimeField(help_text='up to when the pace has been used', null=True)),
                ('planned', models.PositiveIntegerField(default=0)),
                ('sent', models.PositiveIntegerField(default=0)),
                ('reminded', models.PositiveIntegerField(default=0)),
                ('accepted', models.PositiveIntegerField(default=0)),
                ('expired', models.PositiveIntegerField(default=0)),
                ('opted_out', models.PositiveIntegerField(default=0)),
                ('withdrawn', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waves', to='subscribers.operator')),
            ],
            options={
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='InvitationHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('channel', models.TextField(choices=[('console', 'text file, to look at'), ('smtp', 'e-mail'), ('letter', 'letter shop'), ('sms', 'SMS gateway')])),
                ('planned_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('expired_at', models.DateTimeField(null=True)),
                ('opted_out_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_because', models.TextField(blank=True, db_default='', help_text='a cause of `line_ends`, or `cancelled`')),
                ('contract', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.contract')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='inviting.invitation')),
                ('wave', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='inviting.invitationwave')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='invitation',
            name='wave',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='inviting.invitationwave'),
        ),
        migrations.CreateModel(
            name='InvitationWaveHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_transaction', models.BigIntegerField(db_default=healthcare.audit.transactions.CurrentTransaction(), editable=False)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('cut_over_on', models.DateField(help_text='who had a contract on that day is invited')),
                ('starts_at', models.DateTimeField(help_text='nothing goes out before')),
                ('channels', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(choices=[('console', 'text file, to look at'), ('smtp', 'e-mail'), ('letter', 'letter shop'), ('sms', 'SMS gateway')]), help_text='in order: the first by which somebody can be reached is theirs', size=None)),
                ('pace', models.PositiveIntegerField(help_text='messages a minute')),
                ('expiry_days', models.PositiveSmallIntegerField(help_text='from sending on')),
                ('reminder_days', models.PositiveSmallIntegerField(help_text='after sending; 0: no reminder')),
                ('state', models.TextField(choices=[('planning', 'being planned'), ('planned', 'planned, waits to be started'), ('running', 'going out'), ('paused', 'paused'), ('done', 'done'), ('cancelled', 'cancelled')], default='planning')),
                ('made_at', models.DateTimeField()),
                ('made_by', models.TextField(help_text='the actor')),
                ('operator', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='subscribers.operator')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='inviting.invitationwave')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OutboxFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.TextField(choices=[('console', 'text file, to look at'), ('smtp', 'e-mail'), ('letter', 'letter shop'), ('sms', 'SMS gateway')])),
                ('name', models.TextField(unique=True)),
                ('sha256', models.CharField(max_length=64)),
                ('messages', models.PositiveIntegerField()),
                ('written_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='inviting.invitationwave')),
            ],
            options={
                'ordering': ['-written_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField(choices=[('first', 'First'), ('reminder', 'Reminder')])),
                ('channel', models.TextField(choices=[('console', 'text file, to look at'), ('smtp', 'e-mail'), ('letter', 'letter shop'), ('sms', 'SMS gateway')])),
                ('state', models.TextField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('ended', 'Ended'), ('dead', 'Dead')], default='waiting')),
                ('run_after', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(db_default=0)),
                ('leased_until', models.DateTimeField(help_text='another worker tries then', null=True)),
                ('error', models.TextField(blank=True, db_default='', help_text='the kind of the last error')),
                ('sent_at', models.DateTimeField(null=True)),
                ('file', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='held', to='inviting.outboxfile')),
                ('invitation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='inviting.invitation')),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='inviting.invitationwave')),
            ],
        ),
        migrations.AddConstraint(
            model_name='invitationwave',
            constraint=models.UniqueConstraint(fields=('operator', 'name'), name='wave_name_of_operator'),
        ),
        migrations.AddConstraint(
            model_name='invitationwave',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='wave_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='invitationwave',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['planning', 'planned', 'running', 'paused', 'done', 'cancelled'])), name='wave_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='invitationwave',
            constraint=models.CheckConstraint(condition=models.Q(('channels__contained_by', ['console', 'smtp', 'letter', 'sms']), ('channels__len__gte', 1)), name='wave_channels_are_known'),
        ),
        migrations.AddConstraint(
            model_name='invitationwave',
            constraint=models.CheckConstraint(condition=models.Q(('expiry_days__gte', 1), ('pace__gte', 1)), name='wave_goes_on_and_ends'),
        ),
        migrations.AddConstraint(
            model_name='invitationwave',
            constraint=models.CheckConstraint(condition=models.Q(('reminder_days__lt', models.F('expiry_days'))), name='wave_reminds_before_it_expires'),
        ),
        migrations.AddConstraint(
            model_name='invitationwave',
            constraint=models.CheckConstraint(condition=models.Q(('sent__lte', models.F('planned')), ('reminded__lte', models.F('sent'))), name='wave_counts_fit'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitationwave',
            trigger=pgtrigger.compiler.Trigger(name='update_invitationwave', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inviting_invitationwavehistory" ("channels", "cut_over_on", "expiry_days", "id", "made_at", "made_by", "name", "operator_id", "pace", "pgh_created_at", "pgh_label", "pgh_obj_id", "reminder_days", "starts_at", "state") SELECT old_values."channels", old_values."cut_over_on", old_values."expiry_days", old_values."id", old_values."made_at", old_values."made_by", old_values."name", old_values."operator_id", old_values."pace", NOW(), \'update\', old_values."id", old_values."reminder_days", old_values."starts_at", old_values."state" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."channels" IS DISTINCT FROM (new_values."channels") OR old_values."cut_over_on" IS DISTINCT FROM (new_values."cut_over_on") OR old_values."expiry_days" IS DISTINCT FROM (new_values."expiry_days") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."made_at" IS DISTINCT FROM (new_values."made_at") OR old_values."made_by" IS DISTINCT FROM (new_values."made_by") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."operator_id" IS DISTINCT FROM (new_values."operator_id") OR old_values."pace" IS DISTINCT FROM (new_values."pace") OR old_values."reminder_days" IS DISTINCT FROM (new_values."reminder_days") OR old_values."starts_at" IS DISTINCT FROM (new_values."starts_at") OR old_values."state" IS DISTINCT FROM (new_values."state")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ee2b69c391d754330fc8ea26f261e31920455407', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_invitationwave_f469c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='inviting_invitationwave', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitationwave',
            trigger=pgtrigger.compiler.Trigger(name='delete_invitationwave', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inviting_invitationwavehistory" ("channels", "cut_over_on", "expiry_days", "id", "made_at", "made_by", "name", "operator_id", "pace", "pgh_created_at", "pgh_label", "pgh_obj_id", "reminder_days", "starts_at", "state") SELECT old_values."channels", old_values."cut_over_on", old_values."expiry_days", old_values."id", old_values."made_at", old_values."made_by", old_values."name", old_values."operator_id", old_values."pace", NOW(), \'delete\', old_values."id", old_values."reminder_days", old_values."starts_at", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='e816b07f6c2d61272576bd1757fe13a895338c35', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_invitationwave_973b5', referencing='REFERENCING OLD TABLE AS old_values ', table='inviting_invitationwave', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='invitationhistory',
            index=models.Index(fields=['patient'], name='inviting_in_patient_254800_idx'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('accepted_at', None), ('expired_at', None), ('opted_out_at', None), ('withdrawn_at', None)), fields=['wave', 'expires_at'], name='living_invitation_of_wave'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('opted_out_at__isnull', False)), fields=['patient'], name='opted_out_of_invitations'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('expired_at', None), ('opted_out_at', None), ('withdrawn_at', None)), fields=('contract',), name='one_living_invitation_of_contract'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at', None), ('expired_at', None), ('opted_out_at', None), ('withdrawn_at', None)), fields=('patient',), name='one_living_invitation_of_person'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('expired_at', None), _connector='OR'), models.Q(('accepted_at', None), ('opted_out_at', None), _connector='OR'), models.Q(('accepted_at', None), ('withdrawn_at', None), _connector='OR'), models.Q(('expired_at', None), ('opted_out_at', None), _connector='OR'), models.Q(('expired_at', None), ('withdrawn_at', None), _connector='OR'), models.Q(('opted_out_at', None), ('withdrawn_at', None), _connector='OR')), name='invitation_ends_once'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('expires_at', None), ('sent_at', None), ('token_hash', None)), models.Q(('expires_at__gt', models.F('sent_at')), ('sent_at__isnull', False), ('token_hash__isnull', False)), _connector='OR'), name='invitation_is_sent_whole'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('sent_at__isnull', False), models.Q(('accepted_at', None), ('expired_at', None), ('reminded_at', None)), _connector='OR'), name='invitation_is_answered_after_sending'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_because', '')), models.Q(('withdrawn_at__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='invitation_is_withdrawn_for_a_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='update_invitation', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inviting_invitationhistory" ("accepted_at", "channel", "contract_id", "expired_at", "id", "opted_out_at", "patient_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "wave_id", "withdrawn_at", "withdrawn_because") SELECT old_values."accepted_at", old_values."channel", old_values."contract_id", old_values."expired_at", old_values."id", old_values."opted_out_at", old_values."patient_id", NOW(), \'update\', old_values."id", old_values."planned_at", old_values."wave_id", old_values."withdrawn_at", old_values."withdrawn_because" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."accepted_at" IS DISTINCT FROM (new_values."accepted_at") OR old_values."channel" IS DISTINCT FROM (new_values."channel") OR old_values."contract_id" IS DISTINCT FROM (new_values."contract_id") OR old_values."expired_at" IS DISTINCT FROM (new_values."expired_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."opted_out_at" IS DISTINCT FROM (new_values."opted_out_at") OR old_values."patient_id" IS DISTINCT FROM (new_values."patient_id") OR old_values."planned_at" IS DISTINCT FROM (new_values."planned_at") OR old_values."wave_id" IS DISTINCT FROM (new_values."wave_id") OR old_values."withdrawn_at" IS DISTINCT FROM (new_values."withdrawn_at") OR old_values."withdrawn_because" IS DISTINCT FROM (new_values."withdrawn_because")) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='2cca6dd048c6da6c2169f6212cca5cc6429a23b4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_invitation_dfb9e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='inviting_invitation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invitation',
            trigger=pgtrigger.compiler.Trigger(name='delete_invitation', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inviting_invitationhistory" ("accepted_at", "channel", "contract_id", "expired_at", "id", "opted_out_at", "patient_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "wave_id", "withdrawn_at", "withdrawn_because") SELECT old_values."accepted_at", old_values."channel", old_values."contract_id", old_values."expired_at", old_values."id", old_values."opted_out_at", old_values."patient_id", NOW(), \'delete\', old_values."id", old_values."planned_at", old_values."wave_id", old_values."withdrawn_at", old_values."withdrawn_because" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0f9cd3b0532e98e8c9bc72de854b7a5cf6579869', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_invitation_f812b', referencing='REFERENCING OLD TABLE AS old_values ', table='inviting_invitation', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='outboxfile',
            index=models.Index(condition=models.Q(('published_at', None)), fields=['written_at'], name='files_to_publish'),
        ),
        migrations.AddConstraint(
            model_name='outboxfile',
            constraint=models.CheckConstraint(condition=models.Q(('messages__gte', 1)), name='file_has_messages'),
        ),
        migrations.AddIndex(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['wave', 'run_after', 'id'], name='messages_that_wait'),
        ),
        migrations.AddIndex(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['wave'], name='messages_that_are_dead'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.UniqueConstraint(fields=('invitation', 'kind'), name='message_key'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'ended', 'dead'])), name='message_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='outboxmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='message_is_sent_whole'),
        ),
        # An operator's staff sees its waves and their counts. Whom they invite is asked by the ways of
        # messages and answers only.
        Guard(
            'inviting_invitationwave',
            to=OPERATOR,
            app='SELECT, INSERT, UPDATE',
            batch='SELECT, INSERT, UPDATE',
        ),
        *guard_history('inviting_invitationwave', to=OPERATOR),
        Guard(
            'inviting_invitation',
            to='false',
            batch='SELECT, INSERT, UPDATE',
        ),
        *guard_history('inviting_invitation'),
        Guard(
            'inviting_outboxfile',
            to=through('inviting_invitationwave', 'wave_id'),
            app='SELECT',
            batch='SELECT, INSERT, UPDATE',
        ),
        Guard(
            'inviting_outboxmessage',
            to=through('inviting_invitationwave', 'wave_id'),
            app='SELECT',
            batch='SELECT, INSERT, UPDATE',
        ),
    ]
