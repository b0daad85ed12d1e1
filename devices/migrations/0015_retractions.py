"""Readings that no longer count, in a table beside them: docs/adr/0017."""

import django.db.models.deletion
from django.db import migrations, models

from healthcare.walls.guarding import HEALTH, Guard, any_of
from healthcare.walls.restricting import Restrict

# Whoever sees a reading must see that it no longer counts: the answer is that of the readings.
FAMILY = "EXISTS (SELECT FROM walls.watched w WHERE w.patient_id = {table}.patient_id)"


class Migration(migrations.Migration):

    dependencies = [("devices", "0014_oximetry"), ("patients", "0009_patient_by_birth")]

    operations = [
        migrations.CreateModel(
            name='ReadingRetraction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('measured_at', models.DateTimeField()),
                ('device_reading_id', models.TextField(blank=True)),
                ('cause', models.TextField(choices=[('moved', "It is another person's"), ('corrected', 'Replaced by a corrected one'), ('withdrawn', 'Taken back')])),
                ('reason', models.TextField(help_text='why, in the words of who did it')),
                ('retracted_at', models.DateTimeField()),
                ('retracted_by', models.TextField()),
                ('restored_at', models.DateTimeField(blank=True, null=True)),
                ('restored_by', models.TextField(blank=True)),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='retractions', to='devices.device')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='retractions', to='patients.patient')),
            ],
            options={
                'ordering': ['-retracted_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('restored_at', None)), fields=('patient', 'kind', 'measured_at', 'device', 'device_reading_id'), name='reading_is_retracted_once'), models.CheckConstraint(condition=models.Q(('cause__in', ['moved', 'corrected', 'withdrawn'])), name='retraction_cause_is_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='retraction_says_why')],
            },
        ),
        Guard(
            "devices_readingretraction",
            to=any_of(HEALTH, FAMILY),
            app="SELECT, INSERT, UPDATE",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
        Restrict("devices_readingretraction"),
    ]
