"""Who reaches a person to read only chooses no package for them."""

from django.db import migrations

from healthcare.walls.restricting import Restrict


class Migration(migrations.Migration):
    dependencies = [("packages", "0006_history"), ("walls", "0002_may_write")]
    operations = [Restrict("packages_subscription"), Restrict("packages_subscriptionevent")]
