from django.db import migrations


def make_demo(apps, schema_editor):
    """The operator of the demo and of the first steps; a real one is made beside it."""
    apps.get_model("subscribers", "Operator").objects.get_or_create(
        code="demo",
        defaults={
            "name": "Demo Telecom",
            "country": "JP",
            "timezone": "Asia/Tokyo",
            "currency": "JPY",
            "merchant": "Mimamori",
            "transfer_basis": (
                "Entrusted processing for carrying out the operator's health package: "
                "APPI article 27 (5) (i), contract of the demo."
            ),
        },
    )


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0001_initial")]
    # Going back leaves the operator: contracts may hang on it.
    operations = [migrations.RunPython(make_demo, migrations.RunPython.noop)]
