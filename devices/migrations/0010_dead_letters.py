"""Messages of the broker that could not be taken in, and the wall around them.

They may hold anybody's readings. Whoever takes readings in writes them and reads no payload; the
application reaches none; commands and tasks act as batch.
"""

from django.db import migrations, models

from healthcare.walls.guarding import Guard


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0009_plain_met'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeadLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.TextField()),
                ('sender', models.TextField(blank=True, help_text='device:7, gateway:3 or app:5, when known')),
                ('payload', models.BinaryField(help_text='as sent, without the token; the head of a large one')),
                ('size', models.BigIntegerField(help_text='bytes as sent')),
                ('sha256', models.BinaryField(help_text='of all bytes as sent', max_length=32)),
                ('content_type', models.TextField(blank=True)),
                ('encoding', models.TextField(blank=True)),
                ('reason', models.TextField(choices=[('unknown_sender', "Nobody's token, or one that is no longer good"), ('unreadable', 'Cannot be read as a whole'), ('unsupported', 'A media type or an encoding that is not read here'), ('too_large', 'Larger than a message may be'), ('malformed', 'An item that is not well formed'), ('failed', 'Could not be taken in: an error of ours')])),
                ('detail', models.TextField(help_text='what is wrong, in a sentence')),
                ('received_at', models.DateTimeField()),
                ('fingerprint', models.BinaryField(help_text='the same message delivered again is kept once', max_length=32, unique=True)),
                ('resolution', models.TextField(blank=True, choices=[('redriven', 'Taken in after all'), ('dismissed', 'Looked at and left out')])),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_by', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-received_at', '-id'],
                'indexes': [models.Index(fields=['received_at'], name='dead_letters_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['unknown_sender', 'unreadable', 'unsupported', 'too_large', 'malformed', 'failed'])), name='dead_letter_reason_is_known'), models.CheckConstraint(condition=models.Q(('resolution__in', ['', 'redriven', 'dismissed']), models.Q(('resolution', ''), ('resolved_at__isnull', False), _connector='XOR')), name='dead_letter_resolution_has_its_time')],
            },
        ),
        Guard(
            "devices_deadletter",
            to="false",
            batch="SELECT, INSERT, UPDATE, DELETE",
            ingest="SELECT (id, fingerprint), INSERT",
        ),
    ]
