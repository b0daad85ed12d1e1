"""Break-glass and the support desk find somebody by full name and birth date."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("patients", "0008_read_only")]
    operations = [
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                fields=["birth_date"],
                name="patient_by_birth",
                condition=models.Q(birth_date__isnull=False),
            ),
        ),
    ]
