"""Whose subscribers an operator's staff sees, and the walls around contracts, lines and files."""

from django.db import migrations

from healthcare.walls.guarding import OPERATOR, OWN, SUPPORT, Guard, any_of, through
from healthcare.walls.seeing import Seeing

SUBSCRIBERS = """
CREATE OR REPLACE VIEW walls.subscribers AS
SELECT c.patient_id FROM subscribers_contract c
 WHERE walls.kind() = 'operator' AND c.operator_id = (SELECT walls.operator())
"""
NOBODY = "CREATE OR REPLACE VIEW walls.subscribers AS SELECT NULL::bigint AS patient_id WHERE false"

ALL = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0003_lines_apart"),
        ("patients", "0002_walls"),
        ("walls", "0001_roles"),
    ]
    operations = [
        Guard(
            "subscribers_contract", to=any_of(OWN, OPERATOR, SUPPORT), app="SELECT", batch=ALL
        ),
        Guard(
            "subscribers_line",
            to=through("subscribers_contract", "contract_id"),
            app="SELECT",
            batch=ALL,
        ),
        Guard("subscribers_importbatch", to=OPERATOR, app="SELECT, INSERT, UPDATE", batch=ALL),
        Guard(
            "subscribers_importrow",
            to=through("subscribers_importbatch", "batch_id"),
            app="SELECT",
            batch=ALL,
        ),
        Guard(
            "subscribers_importchange",
            to=through("subscribers_importbatch", "batch_id"),
            batch=ALL,
        ),
        Seeing("walls.subscribers", create=SUBSCRIBERS, drop=NOBODY),
    ]
