"""Who watches along sees as far back as the member's package does, so which package it is."""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, OPERATOR, SUPPORT, Guard, any_of

FAMILY = "EXISTS (SELECT FROM walls.watched w WHERE w.patient_id = {table}.patient_id)"


class Migration(migrations.Migration):
    dependencies = [("packages", "0004_the_end_of_a_line"), ("patients", "0006_access_walls")]
    operations = [
        Guard(
            "packages_subscription",
            to=any_of(HEALTH, OPERATOR, SUPPORT, FAMILY),
            app="SELECT, INSERT, UPDATE, DELETE",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
    ]
