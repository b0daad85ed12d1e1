"""The walls around what people chose and pay: themselves, their operator, the support desk.

A clinic sees which package somebody has, because it says what they may be sent; what it costs is
none of its business.
"""

from django.db import migrations

from healthcare.walls.guarding import HEALTH, OPERATOR, OWN, SUPPORT, Guard, any_of, through

SUBSCRIBER = "EXISTS (SELECT FROM walls.subscribers s WHERE s.patient_id = {table}.patient_id)"
MONEY = any_of(OWN, OPERATOR, SUPPORT)


class Migration(migrations.Migration):
    dependencies = [
        ("packages", "0002_demo_catalogue"),
        ("subscribers", "0004_walls"),
        ("walls", "0001_roles"),
    ]
    operations = [
        Guard(
            "packages_subscription",
            to=any_of(HEALTH, OPERATOR, SUPPORT),
            app="SELECT, INSERT, UPDATE, DELETE",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
        Guard(
            "packages_subscriptionevent",
            to=any_of(HEALTH, SUBSCRIBER, SUPPORT),
            app="SELECT, INSERT, UPDATE",
            batch="SELECT, INSERT, UPDATE",
        ),
        Guard("packages_usagerecord", to=HEALTH, app="SELECT", batch="SELECT, INSERT"),
        Guard("packages_invoice", to=MONEY, app="SELECT", batch="SELECT, INSERT, UPDATE, DELETE"),
        Guard(
            "packages_invoiceline",
            to=through("packages_invoice", "invoice_id"),
            app="SELECT",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
        Guard(
            "packages_invoicetax",
            to=through("packages_invoice", "invoice_id"),
            app="SELECT",
            batch="SELECT, INSERT, UPDATE, DELETE",
        ),
        Guard(
            "packages_charge",
            to=through("packages_invoice", "invoice_id"),
            app="SELECT",
            batch="SELECT, INSERT, UPDATE",
        ),
        Guard(
            "packages_chargeentry",
            to=through("packages_charge", "charge_id"),
            app="SELECT",
            batch="SELECT, INSERT, UPDATE",
        ),
        Guard("packages_billingrun", to=OPERATOR, app="SELECT", batch="SELECT, INSERT, UPDATE, DELETE"),
        Guard("packages_chargefile", to=OPERATOR, app="SELECT", batch="SELECT, INSERT, UPDATE"),
    ]
