"""A reading that its holder disowned waits for whose it is."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('devices', '0018_store_plain')]

    operations = [
        migrations.RemoveConstraint(
            model_name='quarantineditem',
            name='quarantine_code_is_known',
        ),
        migrations.AlterField(
            model_name='quarantineditem',
            name='code',
            field=models.TextField(choices=[('implausible', "These values cannot be a living person's"), ('clock_suspect', "Measured in the future: the device's clock is wrong"), ('before_hand_over', 'Measured before anybody held the device'), ('unknown_device', 'No such device is registered'), ('unknown_user', 'Whose is this?'), ('disowned', 'Its holder says that somebody else measured it'), ('undecodable', "The device's bytes do not decode")]),
        ),
        migrations.AddConstraint(
            model_name='quarantineditem',
            constraint=models.CheckConstraint(condition=models.Q(('code__in', ['implausible', 'clock_suspect', 'before_hand_over', 'unknown_device', 'unknown_user', 'disowned', 'undecodable'])), name='quarantine_code_is_known'),
        ),
    ]
