"""Devices in stock, codes on their boxes, and how each device is."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0015_retractions'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeviceClaimCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.BinaryField(max_length=32, unique=True)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='DeviceStatus',
            fields=[
                ('device', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='status', serialize=False, to='devices.device')),
                ('last_seen_at', models.DateTimeField(db_index=True)),
                ('battery', models.SmallIntegerField(help_text='percent', null=True)),
                ('firmware', models.TextField(blank=True, default='', help_text='as the device says')),
                ('lags', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, help_text='seconds from the latest time in a post to its arrival, newest first', size=None)),
                ('sent_lag', models.IntegerField(help_text='seconds from the time at which the device sent to the arrival', null=True)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='device',
            name='update_device',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='device',
            name='delete_device',
        ),
        migrations.AddField(
            model_name='device',
            name='validation',
            field=models.TextField(choices=[('validated', 'on the list'), ('not_listed', 'not on the list'), ('unknown', 'not looked up')], db_default='unknown', default='unknown'),
        ),
        migrations.AddField(
            model_name='device',
            name='validation_as_of',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='device',
            name='validation_list',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='devicehistory',
            name='validation',
            field=models.TextField(choices=[('validated', 'on the list'), ('not_listed', 'not on the list'), ('unknown', 'not looked up')], db_default='unknown', default='unknown'),
        ),
        migrations.AddField(
            model_name='devicehistory',
            name='validation_as_of',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='devicehistory',
            name='validation_list',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='update_device', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_devicehistory" ("firmware", "id", "kind", "lot", "model", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_at", "retired_at", "serial", "timezone", "validation", "validation_as_of", "validation_list", "version") SELECT old_values."firmware", old_values."id", old_values."kind", old_values."lot", old_values."model", NOW(), \'update\', old_values."id", old_values."registered_at", old_values."retired_at", old_values."serial", old_values."timezone", old_values."validation", old_values."validation_as_of", old_values."validation_list", old_values."version" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='792582ea2e9f95821d75ade9297a7d127b13dad5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_device_27a47', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='devices_device', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='device',
            trigger=pgtrigger.compiler.Trigger(name='delete_device', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "devices_devicehistory" ("firmware", "id", "kind", "lot", "model", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_at", "retired_at", "serial", "timezone", "validation", "validation_as_of", "validation_list", "version") SELECT old_values."firmware", old_values."id", old_values."kind", old_values."lot", old_values."model", NOW(), \'delete\', old_values."id", old_values."registered_at", old_values."retired_at", old_values."serial", old_values."timezone", old_values."validation", old_values."validation_as_of", old_values."validation_list", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0a981e519ee32d58332f3f706bfc30310bbbb621', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_device_d1ed8', referencing='REFERENCING OLD TABLE AS old_values ', table='devices_device', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(('validation__in', ['validated', 'not_listed', 'unknown']), models.Q(('validation', 'unknown'), models.Q(('validation_list', ''), _negated=True), _connector='OR')), name='validation_names_its_list'),
        ),
        migrations.AddField(
            model_name='deviceclaimcode',
            name='device',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='claim_code', to='devices.device'),
        ),
        migrations.AddConstraint(
            model_name='devicestatus',
            constraint=models.CheckConstraint(condition=models.Q(('battery', None), ('battery__range', (0, 100)), _connector='OR'), name='battery_is_a_percentage'),
        ),
        # Taking readings in notes when a device was heard, and reads it first: a device that is
        # heard all the time is written every quarter of an hour.
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON devices_devicestatus TO mimamori_ingest",
            "REVOKE SELECT, INSERT, UPDATE ON devices_devicestatus FROM mimamori_ingest",
        ),
    ]
