"""Drafts become issued documents: numbered without gaps per issuer and year."""

from datetime import datetime

from django.db import connection

from packages.billing.assignment import Assignment
from packages.models import NumberSeries

_NUMBER = """
WITH numbered AS (
    SELECT id, %(last)s + row_number() OVER (ORDER BY date, id) AS number
    FROM (
        SELECT id, date FROM packages_invoice
        WHERE run_id = %(run)s AND state = 'draft' ORDER BY date, id LIMIT %(size)s
    ) drafts
)
UPDATE packages_invoice i SET state = 'issued', number = n.number, issued_at = %(now)s
FROM numbered n WHERE i.id = n.id
"""


def number(assignment: Assignment, *, size: int, now: datetime) -> int:
    """Issue up to `size` drafts of the run. Returns how many; 0 when none are left.

    The series is locked until the transaction ends, so what is given back leaves no gap.
    """
    issuer, year = assignment.run.issuer, assignment.month.start.year
    NumberSeries.objects.get_or_create(issuer=issuer, year=year)
    series = NumberSeries.objects.select_for_update().get(issuer=issuer, year=year)
    with connection.cursor() as cursor:
        cursor.execute(
            _NUMBER,
            {"last": series.last, "run": assignment.run.pk, "size": size, "now": now},
        )
        issued = int(cursor.rowcount)
    series.last += issued
    series.save(update_fields=["last"])
    return issued
