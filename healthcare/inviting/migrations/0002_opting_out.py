"""Who wants no invitations, for ever; whom a wave leaves out; messages that may be tried again."""

import django.db.models.deletion
from django.db import migrations, models

from healthcare.walls.guarding import Guard, through


class Migration(migrations.Migration):

    dependencies = [
        ('inviting', '0001_initial'),
        ('patients', '0010_consent_terms'),
    ]

    operations = [
        migrations.CreateModel(
            name='OptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opted_out_at', models.DateTimeField()),
                ('by', models.TextField(help_text='the actor; `nobody:invitation` is who held the link')),
            ],
        ),
        migrations.RemoveIndex(
            model_name='invitation',
            name='opted_out_of_invitations',
        ),
        migrations.AddField(
            model_name='invitationwave',
            name='underage',
            field=models.PositiveIntegerField(default=0, help_text='left out: not of age, or of unknown age, and no guardian is known'),
        ),
        migrations.AddField(
            model_name='invitationwave',
            name='unreachable',
            field=models.PositiveIntegerField(default=0, help_text='left out: none of the channels reaches them'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='withdrawn_because',
            field=models.TextField(blank=True, db_default='', help_text='a cause of `line_ends`, or a word of `ending`'),
        ),
        migrations.AlterField(
            model_name='invitationhistory',
            name='withdrawn_because',
            field=models.TextField(blank=True, db_default='', help_text='a cause of `line_ends`, or a word of `ending`'),
        ),
        migrations.AddField(
            model_name='optout',
            name='patient',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='opt_out', to='patients.patient'),
        ),
        # Who opted out is asked by the ways of messages and answers only.
        Guard('inviting_optout', to='false', batch='SELECT, INSERT'),
        # An operator's staff lets go out again what was given up.
        Guard(
            'inviting_outboxmessage',
            to=through('inviting_invitationwave', 'wave_id'),
            app='SELECT, UPDATE',
            batch='SELECT, INSERT, UPDATE',
        ),
    ]
