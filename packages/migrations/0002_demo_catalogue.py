"""The three packages, with their prices at the operator `demo`."""

from datetime import date

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateRange

SINCE = date(2020, 1, 1)

PACKAGES = [
    {
        "code": "free",
        "rank": 0,
        "name": "Free",
        "name_ja": "フリー",
        "description": "Your own readings of this month and the last.",
        "description_ja": "今月と先月のご自身の測定記録をご覧いただけます。",
        "product_code": "MM-00",
        "is_default": True,
        "features": {
            "reading_kinds": ["blood_pressure", "sleep"],
            "history_days": 62,
            "report_cadence": "none",
            "hospital_sharing": False,
            "sleep_analysis": False,
            "included_reports": 0,
        },
        "usage": {},
        "price": 0,
    },
    {
        "code": "standard",
        "rank": 1,
        "name": "Standard",
        "name_ja": "スタンダード",
        "description": "All your readings, and a report to your hospital every month.",
        "description_ja": "すべての測定記録と、病院への月次レポートをご利用いただけます。",
        "product_code": "MM-01",
        "is_default": False,
        "features": {
            "reading_kinds": ["blood_pressure", "sleep"],
            "history_days": None,
            "report_cadence": "monthly",
            "hospital_sharing": True,
            "sleep_analysis": False,
            "included_reports": 1,
        },
        # A further report in a month, asked for by the member.
        "usage": {"report": {"model": "graduated", "tiers": [[None, 110]]}},
        "price": 330,
    },
    {
        "code": "premium",
        "rank": 2,
        "name": "Premium",
        "name_ja": "プレミアム",
        "description": "Sleep analysis as well, and a report to your hospital every week.",
        "description_ja": "睡眠の分析と、病院への週次レポートもご利用いただけます。",
        "product_code": "MM-02",
        "is_default": False,
        "features": {
            "reading_kinds": ["blood_pressure", "sleep"],
            "history_days": None,
            "report_cadence": "weekly",
            "hospital_sharing": True,
            "sleep_analysis": True,
            "included_reports": 6,
        },
        "usage": {},
        "price": 980,
    },
]


def add(apps, schema_editor):
    operator = apps.get_model("subscribers", "Operator").objects.get(code="demo")
    Issuer = apps.get_model("packages", "Issuer")
    issuer = Issuer.objects.create(
        code="demo-health", name="Demo Health Inc.", registration_number="T1234567890123"
    )
    apps.get_model("packages", "BillingPolicy").objects.create(operator=operator, issuer=issuer)
    for entry in PACKAGES:
        entry = dict(entry)
        features, usage, price = entry.pop("features"), entry.pop("usage"), entry.pop("price")
        package = apps.get_model("packages", "Package").objects.create(**entry)
        version = apps.get_model("packages", "PackageVersion").objects.create(
            package=package, valid=DateRange(SINCE, None), features=features, usage=usage
        )
        apps.get_model("packages", "Price").objects.create(
            version=version, operator=operator, amount=price, tax_rate=10
        )


def remove(apps, schema_editor):
    for name in ("Price", "PackageVersion", "Package", "BillingPolicy", "Issuer"):
        apps.get_model("packages", name).objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("packages", "0001_initial"),
        ("subscribers", "0002_demo_operator"),
    ]

    operations = [migrations.RunPython(add, remove)]
