"""Mappings of operators' files: versions that never change, and the one each file was read by."""

import django.db.models.deletion
from django.db import migrations, models

from healthcare.walls.guarding import OPERATOR, Guard

FOREVER = """
CREATE FUNCTION subscribers_mapping_forever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        TABLE = TG_TABLE_NAME,
        MESSAGE = 'a version of a mapping never changes: save the next one';
END $$;
CREATE TRIGGER mapping_is_forever BEFORE UPDATE OR DELETE ON subscribers_mapping
    FOR EACH ROW EXECUTE FUNCTION subscribers_mapping_forever();
"""
CHANGEABLE = """
DROP TRIGGER mapping_is_forever ON subscribers_mapping;
DROP FUNCTION subscribers_mapping_forever();
"""

# A file is read by a mapping of its own operator, and by the one that it names.
OWN = """
ALTER TABLE subscribers_mapping
    ADD CONSTRAINT mapping_with_operator_and_name UNIQUE (id, operator_id, name);
ALTER TABLE subscribers_importbatch ADD CONSTRAINT import_is_read_by_a_mapping_of_its_operator
    FOREIGN KEY (mapping_version_id, operator_id, mapping)
    REFERENCES subscribers_mapping (id, operator_id, name);
"""
ANY = """
ALTER TABLE subscribers_importbatch DROP CONSTRAINT import_is_read_by_a_mapping_of_its_operator;
ALTER TABLE subscribers_mapping DROP CONSTRAINT mapping_with_operator_and_name;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('subscribers', '0008_proposals'),
    ]

    operations = [
        migrations.AlterField(
            model_name='importbatch',
            name='encoding',
            field=models.TextField(blank=True, help_text='as given with the file; empty: as the mapping says, else UTF-8'),
        ),
        migrations.CreateModel(
            name='Mapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(max_length=40)),
                ('version', models.PositiveIntegerField(help_text='1, 2, 3, ... within operator and name')),
                ('definition', models.JSONField()),
                ('saved_at', models.DateTimeField()),
                ('actor', models.TextField()),
                ('operator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mappings', to='subscribers.operator')),
            ],
            options={
                'ordering': ['name', '-version'],
            },
        ),
        migrations.AddField(
            model_name='importbatch',
            name='mapping_version',
            field=models.ForeignKey(help_text='the version this file was read by; none for the standard layout', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='subscribers.mapping'),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mapping', 'standard'), ('mapping_version', None)), models.Q(models.Q(('mapping', 'standard'), _negated=True), ('mapping_version__isnull', False)), _connector='OR'), name='import_keeps_its_mapping_version'),
        ),
        migrations.AddConstraint(
            model_name='mapping',
            constraint=models.UniqueConstraint(fields=('operator', 'name', 'version'), name='mapping_version_once'),
        ),
        migrations.AddConstraint(
            model_name='mapping',
            constraint=models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='mapping_version_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='mapping',
            constraint=models.CheckConstraint(condition=models.Q(('name__in', ['', 'standard']), _negated=True), name='mapping_has_name_of_its_own'),
        ),
        migrations.RunSQL(FOREVER, CHANGEABLE),
        migrations.RunSQL(OWN, ANY),
        Guard(
            "subscribers_mapping",
            to=OPERATOR,
            app="SELECT, INSERT",
            batch="SELECT, INSERT",
        ),
    ]
