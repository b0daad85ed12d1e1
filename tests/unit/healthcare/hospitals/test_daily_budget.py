"""A hospital sets how many patients one clinician looks at in a day."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from healthcare.hospitals.models import Hospital
from tests.cast import Cast
from tests.looking import audit_records


def set_budget(code: str, patients: str) -> str:
    out = StringIO()
    call_command("set_daily_budget", "--hospital", code, "--patients", patients, stdout=out)
    return out.getvalue()


def test_it_is_set_and_taken_back(cast: Cast) -> None:
    assert "500 patients a day" in set_budget("kita", "500")
    assert Hospital.objects.get(code="kita").patients_a_day == 500
    assert "300 patients a day" in set_budget("kita", "0")
    assert Hospital.objects.get(code="kita").patients_a_day is None
    said = [record.details for record in audit_records(action="hospitals.budget_set")]
    assert said == [{"patients": 500}, {"patients": None}]


@pytest.mark.parametrize(("code", "patients"), [("nowhere", "5"), ("kita", "-1")])
def test_a_bad_value_names_the_cure(code: str, patients: str, cast: Cast) -> None:
    with pytest.raises(CommandError, match=r"create_hospital|whole number"):
        set_budget(code, patients)
