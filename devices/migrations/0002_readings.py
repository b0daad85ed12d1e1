"""The two tables of readings: monthly partitions, one index, never changed.

Written by hand: Django's CreateModel knows neither partitions nor INCLUDE. The models' state is
declared beside it, and a test compares the columns. Reasons: docs/adr/0003 and docs/adr/0005.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

READINGS = """
CREATE TABLE devices_bloodpressurereading (
    patient_id bigint NOT NULL,
    measured_at timestamptz NOT NULL,
    device_id bigint NOT NULL,
    received_at timestamptz NOT NULL,
    systolic smallint NOT NULL,
    diastolic smallint NOT NULL,
    pulse smallint,
    mean_arterial smallint,
    flags smallint NOT NULL,
    utc_offset smallint NOT NULL,
    user_slot smallint,
    device_reading_id text NOT NULL,
    original jsonb,
    CONSTRAINT devices_bloodpressurereading_pkey
        PRIMARY KEY (patient_id, measured_at, device_id, device_reading_id)
        INCLUDE (systolic, diastolic, pulse, mean_arterial, flags, utc_offset),
    CONSTRAINT systolic_over_diastolic CHECK (diastolic > 0 AND systolic > diastolic)
) PARTITION BY RANGE (measured_at);

CREATE TABLE devices_sleepnight (
    patient_id bigint NOT NULL,
    started_at timestamptz NOT NULL,
    device_id bigint NOT NULL,
    ended_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    utc_offset smallint NOT NULL,
    ended_utc_offset smallint NOT NULL,
    user_slot smallint,
    device_reading_id text NOT NULL,
    stages smallint[] NOT NULL,
    microseconds bigint[] NOT NULL,
    CONSTRAINT devices_sleepnight_pkey
        PRIMARY KEY (patient_id, started_at, device_id, device_reading_id),
    CONSTRAINT night_ends_after_start CHECK (ended_at > started_at),
    CONSTRAINT stages_have_durations
        CHECK (cardinality(stages) > 0 AND cardinality(stages) = cardinality(microseconds))
) PARTITION BY RANGE (started_at);
"""

NEVER_CHANGED = """
CREATE FUNCTION devices_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('mimamori.erasure', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Stored readings never change: % on % was refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'A correction is a row of its own; erasing a person is an action of its own.';
END
$$;

CREATE TRIGGER readings_never_change BEFORE UPDATE OR DELETE ON devices_bloodpressurereading
    FOR EACH ROW EXECUTE FUNCTION devices_refuse_change();
CREATE TRIGGER readings_never_change BEFORE UPDATE OR DELETE ON devices_sleepnight
    FOR EACH ROW EXECUTE FUNCTION devices_refuse_change();
"""

UNDO = """
DROP TABLE devices_bloodpressurereading, devices_sleepnight;
DROP FUNCTION devices_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0001_initial"), ("patients", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(READINGS + NEVER_CHANGED, UNDO)],
            state_operations=[
                migrations.CreateModel(
                    name='BloodPressureReading',
                    fields=[
                        ('pk', models.CompositePrimaryKey('patient_id', 'measured_at', 'device_id', 'device_reading_id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('measured_at', models.DateTimeField()),
                        ('device_reading_id', models.TextField(default='', help_text="the device's own id, or empty")),
                        ('systolic', models.SmallIntegerField(help_text='mmHg')),
                        ('diastolic', models.SmallIntegerField(help_text='mmHg')),
                        ('pulse', models.SmallIntegerField(help_text='1/min', null=True)),
                        ('mean_arterial', models.SmallIntegerField(help_text='mmHg, as the device measured', null=True)),
                        ('flags', models.SmallIntegerField(default=0, help_text='bits of kinds.blood_pressure.FLAGS')),
                        ('utc_offset', models.SmallIntegerField(help_text='minutes east of UTC where it was measured')),
                        ('user_slot', models.SmallIntegerField(null=True)),
                        ('received_at', models.DateTimeField()),
                        ('original', models.JSONField(help_text='what the columns cannot hold, as sent', null=True)),
                        ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient')),
                        ('device', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='devices.device')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('diastolic__gt', 0), ('systolic__gt', models.F('diastolic'))), name='systolic_over_diastolic')],
                    },
                ),
                migrations.CreateModel(
                    name='SleepNight',
                    fields=[
                        ('pk', models.CompositePrimaryKey('patient_id', 'started_at', 'device_id', 'device_reading_id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('started_at', models.DateTimeField(help_text='lights off')),
                        ('device_reading_id', models.TextField(default='', help_text="the device's own id, or empty")),
                        ('ended_at', models.DateTimeField(help_text='lights on')),
                        ('stages', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), help_text='codes of kinds.sleep.STAGES', size=None)),
                        ('microseconds', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text='how long each stage lasted', size=None)),
                        ('utc_offset', models.SmallIntegerField(help_text='minutes east of UTC at lights off')),
                        ('ended_utc_offset', models.SmallIntegerField(help_text='minutes east of UTC at lights on')),
                        ('user_slot', models.SmallIntegerField(null=True)),
                        ('received_at', models.DateTimeField()),
                        ('device', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='devices.device')),
                        ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('ended_at__gt', models.F('started_at'))), name='night_ends_after_start')],
                    },
                ),
            ],
        ),
    ]
