"""Pairs of records that share a key, asked of PostgreSQL in sets: `comparing.blocking` in SQL.

Each key is an equality on an index of the patients, so what a chunk of people costs does not grow
with the square of everybody. Left out are pairs within one operator, where the contract id
decides, records that are replaced, and pairs that were found before, whatever was said of them.
"""

from collections.abc import Collection

from django.db import connection

from healthcare.kernel.names import HIRAGANA, KATAKANA

# `comparing.known.area` and the beginning of `kernel.names.search_key`, as SQL computes them.
_BASE = f"""
SELECT id, birth_date, name_key, kana_key,
    family_name <> '' AS has_family, family_name_kana <> '' AS has_family_kana,
    left(replace(translate(lower(normalize(given_name, NFKC)),
        '{HIRAGANA}', '{KATAKANA}'), ' ', ''), 1) AS given,
    left(replace(translate(lower(normalize(given_name_kana, NFKC)),
        '{HIRAGANA}', '{KATAKANA}'), ' ', ''), 1) AS given_kana,
    substring(replace(normalize(postcode, NFKC), '-', '') FROM '^([0-9]{{3}})[0-9]{{4}}$') AS area
"""
_PAIRS = f"""
WITH arriving AS MATERIALIZED (
    {_BASE} FROM patients_patient WHERE id = ANY(%(people)s) AND replaced_by_id IS NULL
), alike AS (
    SELECT a.id AS one, p.id AS other FROM arriving a
    CROSS JOIN LATERAL ({_BASE} FROM patients_patient
        WHERE birth_date = a.birth_date AND replaced_by_id IS NULL) p
    WHERE (a.given <> '' AND p.given = a.given)
        OR (a.given_kana <> '' AND p.given_kana = a.given_kana)
        OR p.area = a.area
    UNION
    SELECT a.id, p.id FROM arriving a
    CROSS JOIN LATERAL ({_BASE} FROM patients_patient
        WHERE kana_key = a.kana_key AND replaced_by_id IS NULL) p
    WHERE a.has_family_kana AND a.given_kana <> '' AND p.area = a.area
        AND p.has_family_kana AND p.given_kana <> ''
    UNION
    SELECT a.id, p.id FROM arriving a
    CROSS JOIN LATERAL ({_BASE} FROM patients_patient
        WHERE name_key = a.name_key AND replaced_by_id IS NULL) p
    WHERE a.has_family AND a.given <> '' AND p.area = a.area AND p.has_family AND p.given <> ''
), pair AS (
    SELECT DISTINCT least(one, other) AS earlier, greatest(one, other) AS later
    FROM alike WHERE one <> other
)
SELECT earlier, later FROM pair
WHERE NOT EXISTS (
    SELECT FROM subscribers_contract c JOIN subscribers_contract d USING (operator_id)
    WHERE c.patient_id = pair.earlier AND d.patient_id = pair.later)
  AND NOT EXISTS (
    SELECT FROM persons_resemblance r
    WHERE r.earlier_id = pair.earlier AND r.later_id = pair.later)
ORDER BY earlier, later
"""


def pairs_with(people: Collection[int]) -> list[tuple[int, int]]:
    """Ids of pairs to compare, the older record first, of which at least one is of `people`."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"people": list(people)})
        return [(earlier, later) for earlier, later in cursor.fetchall()]
