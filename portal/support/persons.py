"""Records that may be of one person: the pairs that wait, one pair, and what is said of it."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from healthcare.persons import reviewing
from healthcare.persons.comparing.agreeing import Field, Level
from healthcare.persons.comparing.weighing import SAME_FROM, TO_REVIEW_FROM
from healthcare.persons.merging import SHORTEST_REASON, MergeRefused
from portal.doors import SupportVisit, support

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a pair: both values, how far they agree in words, and what that adds."""

    words: str
    earlier: str
    later: str
    agreement: str
    weight: float
    counted: bool


@require_GET
@support
def queue(request: HttpRequest, visit: SupportVisit) -> HttpResponse:
    """The pairs that wait, the likeliest first, and the merges that stand. Nobody's name."""
    waiting = Paginator(reviewing.waiting(), PAGE).get_page(request.GET.get("page"))
    joined = Paginator(reviewing.joined(), PAGE).get_page(request.GET.get("joined"))
    context = {"visit": visit, "waiting": waiting, "joined": joined, "zone": settings.TIME_ZONE}
    return render(request, "portal/support/persons.html", context)


@require_GET
@support
def pair(request: HttpRequest, visit: SupportVisit, resemblance_id: int) -> HttpResponse:
    """Two records side by side, and why they may be of one person. Opening them is recorded."""
    try:
        found = reviewing.open_pair(resemblance_id=resemblance_id, now=visit.now, by=visit.user)
    except reviewing.PairsSpent:
        context = {"visit": visit, "limit": settings.LOOK_UPS_A_DAY}
        return render(request, "portal/support/spent.html", context, status=429)
    context = {
        "visit": visit,
        "pair": found,
        "rows": _rows(found),
        "sides": [found.earlier, found.later],
        "from_review": TO_REVIEW_FROM,
        "from_same": SAME_FROM,
        "least": SHORTEST_REASON,
        "zone": settings.TIME_ZONE,
    }
    return render(request, "portal/support/pair.html", context)


@require_POST
@support
def decide(request: HttpRequest, visit: SupportVisit, resemblance_id: int) -> HttpResponse:
    """One person, or two."""
    now, user = visit.now, visit.user
    reviewing.undecided_or_joined().get(pk=resemblance_id)
    try:
        match request.POST.get("do"):
            case "same":
                reason = request.POST.get("reason", "")
                reviewing.say_same(resemblance_id=resemblance_id, reason=reason, now=now, by=user)
                messages.success(request, _("The two records are joined."))
            case "different":
                reviewing.say_different(resemblance_id=resemblance_id, now=now, by=user)
                messages.success(request, _("Noted for good: these are two persons."))
            case _unknown:
                raise MergeRefused(_("Say whether they are one person or two."))
    except MergeRefused as refused:
        messages.error(request, str(refused))
        return redirect("portal:persons:pair", resemblance_id=resemblance_id)
    return redirect("portal:persons:queue")


@require_POST
@support
def take_apart(request: HttpRequest, visit: SupportVisit, merge_id: int) -> HttpResponse:
    """Two records again, each with the contracts that it had."""
    resemblance_id = reviewing.joined().get(pk=merge_id).resemblance_id
    try:
        reviewing.take_apart(
            merge_id=merge_id,
            reason=request.POST.get("reason", ""),
            now=visit.now,
            by=visit.user,
        )
        messages.success(request, _("The two records are apart again, and wait to be looked at."))
    except MergeRefused as refused:
        messages.error(request, str(refused))
    return redirect("portal:persons:pair", resemblance_id=resemblance_id)


def _rows(found: reviewing.Pair) -> list[Row]:
    """The explanation as it was kept when the pair was found, beside what stands there today."""
    names, levels = _field_words(), _level_words()
    return [
        Row(
            words=names[Field(step["field"])],
            earlier=_value(found.earlier, step["field"]),
            later=_value(found.later, step["field"]),
            agreement=levels[Level(step["level"])],
            weight=step["weight"],
            counted=step["counted"],
        )
        for step in found.resemblance.explanation
    ]


def _value(side: reviewing.Record, field: str) -> str:
    person = side.person
    match field:
        case Field.FAMILY_NAME:
            return " ".join((person.family_name, person.family_name_kana)).strip()
        case Field.GIVEN_NAME:
            return " ".join((person.given_name, person.given_name_kana)).strip()
        case Field.BIRTH_DATE:
            return person.birth_date.isoformat() if person.birth_date else ""
        case Field.SEX:
            return str(person.get_sex_display())
        case Field.POSTCODE:
            return person.postcode
        case _:
            return ", ".join(number for _contract, number in side.contracts if number)


def _field_words() -> dict[Field, str]:
    return {
        Field.FAMILY_NAME: _("Family name"),
        Field.GIVEN_NAME: _("Given name"),
        Field.BIRTH_DATE: _("Birth date"),
        Field.SEX: _("Sex"),
        Field.POSTCODE: _("Postcode"),
        Field.NUMBER: _("Telephone number"),
    }


def _level_words() -> dict[Level, str]:
    return {
        Level.SAME: pgettext("two records", "the same"),
        Level.SAME_READING: _("read the same, written otherwise"),
        Level.NEAR: _("one slip in the reading"),
        Level.SWAPPED: _("day and month exchanged"),
        Level.ONE_DIGIT: _("one digit differs"),
        Level.AREA: _("the same district"),
        Level.DIFFERENT: pgettext("two records", "different"),
        Level.UNKNOWN: _("not known of both, or no shared one"),
    }
