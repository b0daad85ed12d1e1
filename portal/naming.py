"""Names for things that rooms know by code: packages; categories and flags, for clinicians only."""

from django.utils.translation import gettext as _

from packages.models import Package
from reports.analysis.facts import BloodPressureFacts


def category(facts: BloodPressureFacts) -> str:
    """The category of the mean of all used readings, in words; empty when there is none."""
    match facts.category:
        case "optimal":
            return _("optimal")
        case "normal":
            return _("normal")
        case "high_normal":
            return _("high normal")
        case "elevated":
            return _("elevated")
        case "non_elevated":
            return _("not elevated")
        case "hypertension":
            return _("hypertension range")
        case "grade_1":
            return _("grade I range")
        case "grade_2":
            return _("grade II range")
        case "grade_3":
            return _("grade III range")
        case "stage_1":
            return _("stage 1 range")
        case "stage_2":
            return _("stage 2 range")
        case _:
            return ""


def flag(name: str) -> str:
    """A pattern in words; an unknown one by its name, never dropped."""
    match name:
        case "isolated_systolic":
            return _("isolated systolic")
        case "isolated_diastolic":
            return _("isolated diastolic")
        case "morning_hypertension":
            return _("morning mean at or above 135/85")
        case "me_difference":
            return _("morning 20 mmHg or more above evening")
        case "irregular_pulse":
            return _("irregular pulse in several sessions: please examine")
        case "masked" | "masked_uncontrolled":
            return _("high at home, not at the office")
        case "white_coat" | "white_coat_effect":
            return _("high at the office, not at home")
        case "extreme_dipper":
            return _("night fall over 20 % (pattern, not a diagnosis)")
        case "dipper":
            return _("night fall 10–20 % (pattern, not a diagnosis)")
        case "non_dipper":
            return _("night fall under 10 % (pattern, not a diagnosis)")
        case "riser":
            return _("night rise (pattern, not a diagnosis)")
        case _:
            return name.replace("_", " ")


def package_names(language: str) -> dict[str | None, str]:
    """Package codes to names; None, nothing taken, reads as the package everybody has."""
    names: dict[str | None, str] = {}
    for package in Package.objects.all():
        names[package.code] = package.display_name(language)
        if package.is_default:
            names[None] = package.display_name(language)
    return names
