"""Invitations may be stopped too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('brakes', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='brake',
            name='brake_kind_is_known',
        ),
        migrations.AlterField(
            model_name='brake',
            name='kind',
            field=models.TextField(choices=[('charges', 'Charges'), ('deliveries', 'Deliveries'), ('invitations', 'Invitations')]),
        ),
        migrations.AddConstraint(
            model_name='brake',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['charges', 'deliveries', 'invitations'])), name='brake_kind_is_known'),
        ),
    ]
