"""The contested rows out of the database, to `claims.settle`, and its verdicts back in.

Leaves the temporary tables that `merging` writes from:

    opening  contract_id, number, starts, ends      lines of contested contracts to be made
    closing  line_id, ends      lines that end earlier than they did; no end: to be taken out
    ending   contract_id, ended_on      contracts that end, or live again when there is no date
    touching  cause, contract_id, line_id      who changed what, for the undo log
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection

from healthcare.subscribers.loading.claims import Claim, Held, settle
from healthcare.subscribers.loading.register import Contract, Line, Register

_TABLES = """
DROP TABLE IF EXISTS pg_temp.opening, pg_temp.closing, pg_temp.ending, pg_temp.touching;
CREATE TEMPORARY TABLE opening
    (contract_id bigint, number text, starts date, ends date) ON COMMIT DROP;
CREATE TEMPORARY TABLE closing (line_id bigint, ends date) ON COMMIT DROP;
CREATE TEMPORARY TABLE ending (contract_id bigint, ended_on date) ON COMMIT DROP;
CREATE TEMPORARY TABLE touching (cause bigint, contract_id bigint, line_id bigint) ON COMMIT DROP;
"""

_CLAIMS = """
SELECT p.line, p.contract_id, i.operator_subscriber_id, i.activated_on, i.msisdn, p.known
FROM contested JOIN plan p USING (line) JOIN incoming i USING (line)
"""

# Every contract that a contested row may meet: its own, others of its id, holders of its number.
_CONTRACTS = """
WITH claim AS (
    SELECT p.contract_id, i.operator_subscriber_id, i.msisdn
    FROM contested JOIN plan p USING (line) JOIN incoming i USING (line)
), met AS (
    SELECT c.id FROM subscribers_contract c JOIN claim USING (operator_subscriber_id)
    WHERE c.operator_id = %(operator)s
    UNION SELECT l.contract_id FROM subscribers_line l JOIN claim ON claim.msisdn = l.number
)
SELECT c.id, CASE WHEN c.operator_id = %(operator)s THEN c.operator_subscriber_id ELSE '' END,
    c.activated_on, c.ended_on, c.ended_because IN ('ported', 'line_ended')
FROM subscribers_contract c JOIN met USING (id)
"""

_LINES = """
SELECT l.id, l.contract_id, l.number, lower(l.period), upper(l.period)
FROM subscribers_line l WHERE l.contract_id = ANY(%s)
"""


def decide(*, operator_id: int, today: date) -> None:
    """Settle the contested rows; those that are held move from `plan` to `verdict`."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute(_CLAIMS)
        claims = [Claim(*row) for row in cursor.fetchall()]
    if not claims:
        return
    register = _register(operator_id)
    held = settle(claims, register, today=today)
    _hold(held)
    _write(register)
    with connection.cursor() as cursor:
        # Without it a handful of lines would be looked for by reading all that there are.
        cursor.execute("ANALYZE opening, closing, ending, touching")


def _register(operator_id: int) -> Register:
    register = Register()
    with connection.cursor() as cursor:
        cursor.execute(_CONTRACTS, {"operator": operator_id})
        contracts = [Contract(*row) for row in cursor.fetchall()]
        cursor.execute(_LINES, [[contract.id for contract in contracts]])
        lines = cursor.fetchall()
    for contract in contracts:
        register.add_contract(contract)
    for line_id, contract_id, number, start, end in lines:
        register.add_line(Line(contract_id, number, start, end, line_id))
    return register


def _hold(held: dict[int, Held]) -> None:
    _copy(
        "verdict",
        ((line, "held", why.field, why.code, why.text) for line, why in held.items()),
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM plan USING verdict WHERE verdict.line = plan.line")


def _write(register: Register) -> None:
    _copy("opening", ((x.contract, x.number, x.start, x.end) for x in register.lines))
    _copy("closing", ((x.id, x.end) for x in register.changed.values()))
    _copy("closing", ((line_id, None) for line_id in register.removed))
    _copy("ending", register.ended.items())
    _copy("touching", ((x.cause, x.contract, x.line) for x in register.touched))


def _copy(table: str, rows: Iterable[Sequence[object]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
