"""Names are searched by keys: the same in Python and PostgreSQL, with an index behind the wall."""

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthcare.hospitals.scope import acting_in
from healthcare.kernel.names import after_all_with, search_key
from healthcare.patients.access import scope_for
from healthcare.patients.models import Patient
from healthcare.patients.models.search_key import SearchKey
from tests.cast import Cast

LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Lm", "Nd", "Zs", "Mn"], max_codepoint=0xFFFF)
JAPANESE = st.sampled_from("さとうサトウｻﾄｳ佐藤ガが ｶﾞＡａÅ　é")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("さとう はなこ", "サトウハナコ"),
        ("ｻﾄｳ ﾊﾅｺ", "サトウハナコ"),
        ("サトウ　ハナコ", "サトウハナコ"),
        ("Ｓａｔｏ Hanako", "satohanako"),
        ("ぱんだ", "パンダ"),
    ],
)
def test_one_key_for_what_people_write_in_several_forms(written: str, key: str) -> None:
    assert search_key(written) == key


@given(st.text(alphabet=LETTERS, min_size=1, max_size=5), st.text(alphabet=LETTERS, max_size=5))
def test_the_range_of_a_prefix_holds_what_begins_with_it(prefix: str, rest: str) -> None:
    assert prefix <= prefix + rest < after_all_with(prefix)


@pytest.mark.parametrize("prefix", ["\ud7ff", "a\ud7ff", "a\U0010ffff", "\U0010fffe"])
def test_the_ends_of_the_alphabet_have_an_end_too(prefix: str) -> None:
    end = after_all_with(prefix)
    assert prefix < end
    assert prefix + "b" < end
    end.encode()


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(alphabet=JAPANESE, max_size=12))
def test_postgresql_computes_the_same(text: str) -> None:
    statement = SearchKey.template.replace("%(expressions)s", "%s::text")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + statement.replace("%(", "%%("), [text])
        assert cursor.fetchone() == (search_key(text),)


def test_the_index_is_used_under_the_policy(cast: Cast) -> None:
    key = search_key("佐藤")
    with acting_in(scope_for(cast.alice, now=timezone.now())), connection.cursor() as cursor:
        # Two rows are read faster without any index; what matters is that one may be used.
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = Patient._base_manager.filter(name_key__gte=key, name_key__lt=after_all_with(key))
        assert [patient.pk for patient in found] == [cast.hanako.pk]
        assert "Index Cond: ((name_key >=" in found.explain()
        like = Patient._base_manager.filter(name_key__startswith=key)
        assert "Index Cond" not in like.explain().partition("SubPlan")[0]
