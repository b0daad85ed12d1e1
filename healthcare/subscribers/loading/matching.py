"""Rows against each other and against the database, in sets.

Works on `incoming`: for the proposal all rows of the file, for the load one chunk of them. Leaves
three temporary tables behind:

    verdict  line, outcome, field, code, text     rows that go no further: duplicate or held
    plan     line, known, contract_id, patient_id, claims     rows that do, with their keys
    contested  line     rows of the plan whose number or contract id somebody else has or had
"""

from collections.abc import Sequence

from django.db import connection

from healthcare.subscribers.loading.columns import Column

_TABLES = """
DROP TABLE IF EXISTS pg_temp.verdict, pg_temp.plan, pg_temp.contested;
CREATE TEMPORARY TABLE verdict
    (line integer, outcome text, field text, code text, text text) ON COMMIT DROP;
"""

# The first of several equal rows goes on; of rows that differ nobody but a person can choose.
_REPEATS = """
INSERT INTO verdict
WITH repeated AS (
    SELECT operator_subscriber_id, activated_on FROM incoming
    GROUP BY operator_subscriber_id, activated_on HAVING count(*) > 1
), copies AS (
    SELECT line, operator_subscriber_id, activated_on, ROW({values})::text AS cells
    FROM incoming JOIN repeated USING (operator_subscriber_id, activated_on)
), numbered AS (
    SELECT *, row_number() OVER (
        PARTITION BY operator_subscriber_id, activated_on, cells ORDER BY line) AS copy
    FROM copies
), variants AS (
    SELECT operator_subscriber_id, activated_on, min(line) AS first, max(line) AS last,
        count(*) AS number
    FROM numbered WHERE copy = 1 GROUP BY operator_subscriber_id, activated_on
)
SELECT line,
    CASE WHEN copy > 1 THEN 'duplicate' ELSE 'held' END,
    'operator_subscriber_id',
    CASE WHEN copy > 1 THEN 'same_row_again' ELSE 'conflicting_rows' END,
    CASE WHEN copy > 1 THEN 'The same row again.' ELSE
        'Lines ' || first || ' and ' || last || ' describe this contract with different values:'
        || ' keep the right row and send it again.' END
FROM numbered JOIN variants USING (operator_subscriber_id, activated_on)
WHERE copy > 1 OR number > 1
"""

_PLAN = """
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
SELECT i.line,
    c.id IS NOT NULL AS known,
    coalesce(c.id, nextval('subscribers_contract_id_seq')) AS contract_id,
    coalesce(c.patient_id, nextval('patients_patient_id_seq')) AS patient_id,
    last_line.number IS DISTINCT FROM i.msisdn AS claims
FROM incoming i
LEFT JOIN subscribers_contract c ON c.operator_id = %(operator)s
    AND c.operator_subscriber_id = i.operator_subscriber_id AND c.activated_on = i.activated_on
LEFT JOIN LATERAL (
    SELECT l.number FROM subscribers_line l WHERE l.contract_id = c.id
    ORDER BY lower(l.period) DESC LIMIT 1
) last_line ON true
WHERE NOT EXISTS (SELECT FROM verdict v WHERE v.line = i.line)
"""

# Two statements over equal columns, because a join on "this or that" cannot be hashed.
_POSSIBLE_PERSONS = """
INSERT INTO verdict
WITH arriving AS (
    SELECT i.* FROM incoming i JOIN plan USING (line) WHERE NOT plan.known
), alike AS MATERIALIZED (
    SELECT line, p.id FROM arriving JOIN patients_patient p
        USING (birth_date, family_name, given_name)
    WHERE family_name <> '' AND given_name <> '' AND p.replaced_by_id IS NULL
    UNION
    SELECT line, p.id FROM arriving JOIN patients_patient p
        USING (birth_date, family_name_kana, given_name_kana)
    WHERE family_name_kana <> '' AND given_name_kana <> '' AND p.replaced_by_id IS NULL
)
SELECT DISTINCT line, 'held', 'birth_date', 'possible_match',
    'A person who came by another operator or route has the same name and birth date: check'
    || ' whether this is the same person.'
FROM alike WHERE NOT EXISTS (
    SELECT FROM subscribers_contract c
    WHERE c.patient_id = alike.id AND c.operator_id = %(operator)s)
"""

_CONTESTED = """
CREATE TEMPORARY TABLE contested ON COMMIT DROP AS
WITH claim AS (
    SELECT p.line, p.known, i.operator_subscriber_id AS subscriber, i.activated_on, i.msisdn
    FROM plan p JOIN incoming i USING (line) WHERE p.claims
)
SELECT line FROM claim WHERE known
UNION SELECT claim.line FROM claim JOIN subscribers_line l ON l.number = claim.msisdn
UNION SELECT line FROM claim WHERE msisdn IN
    (SELECT msisdn FROM claim GROUP BY msisdn HAVING count(*) > 1)
UNION SELECT claim.line FROM claim JOIN subscribers_contract c
    ON c.operator_id = %(operator)s AND c.operator_subscriber_id = claim.subscriber
UNION SELECT line FROM claim WHERE subscriber IN
    (SELECT subscriber FROM claim GROUP BY subscriber HAVING count(*) > 1)
"""

_DROP_FROM_PLAN = "DELETE FROM plan USING verdict WHERE verdict.line = plan.line"


def compare(*, columns: Sequence[Column]) -> None:
    """Put into `verdict` the rows of `incoming` that the file itself speaks against."""
    values = ", ".join(column.name for column in columns if column.place != "key")
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute(_REPEATS.format(values=values))
        cursor.execute("ANALYZE verdict")


def begin() -> None:
    """An empty `verdict`, for rows that were compared with each other before."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)


def match(*, operator_id: int) -> None:
    """Sort the rows of `incoming` that have no verdict into `verdict`, `plan` and `contested`."""
    given = {"operator": operator_id}
    with connection.cursor() as cursor:
        cursor.execute(_PLAN, given)
        cursor.execute("ANALYZE plan")
        cursor.execute(_POSSIBLE_PERSONS, given)
        cursor.execute(_DROP_FROM_PLAN)
        cursor.execute(_CONTESTED, given)
        cursor.execute("ANALYZE contested")
