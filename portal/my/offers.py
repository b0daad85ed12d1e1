"""Packages and their previews in a member's words."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from packages.catalogue import Offer
from packages.features import Features
from packages.models import Do, Subscription
from packages.previewing import ChangePreview
from packages.pricing.documents import Document, LineKind
from packages.pricing.problems import HistoryError
from portal.naming import package_names
from portal.templatetags.pages import money


@dataclass(frozen=True, slots=True)
class OfferCard:
    """A package as a card of the radio group."""

    code: str
    name: str
    description: str
    price: str
    points: list[tuple[bool, str]]
    terms: list[str]
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a document: what for, for which days, how much."""

    words: str
    first: date
    last: date
    amount: str


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document of the preview."""

    date: date
    lines: list[ShownLine]
    total: str
    tax: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview ready for the page, and what is signed of it."""

    preview: ChangePreview
    do: Do
    package: str
    now: str
    then: str
    due: ShownDocument | None
    upcoming: list[ShownDocument]
    button: str

    def figures(self) -> dict[str, object]:
        """Everything that must still hold when the member confirms."""
        documents = (self.preview.due, *self.preview.upcoming)
        return {
            "do": self.do.value,
            "package": self.package,
            "on": self.preview.on.isoformat(),
            "effective_on": self.preview.effective_on.isoformat(),
            "amounts": [[d.date.isoformat(), d.total] for d in documents if d is not None],
        }


def card(offer: Offer, current: Subscription | None, *, language: str) -> OfferCard:
    """An offer with its features as sentences."""
    amount = money(offer.amount, offer.currency)
    if offer.amount == 0:
        price = _("free of charge")
    elif offer.tax_inclusive:
        price = _("%(amount)s a month, tax included") % {"amount": amount}
    else:
        price = _("%(amount)s a month, plus %(rate)s %% tax") % {
            "amount": amount,
            "rate": offer.tax_rate.normalize(),
        }
    return OfferCard(
        code=offer.package.code,
        name=offer.package.display_name(language),
        description=offer.package.display_description(language),
        price=price,
        points=_points(offer.features),
        terms=_terms(offer),
        is_current=current is not None and current.package_id == offer.package.pk,
    )


def _points(features: Features) -> list[tuple[bool, str]]:
    """What is in it and what is not, in the same order for every package."""
    everything = features.history_days is None
    history = (
        _("All your readings")
        if everything
        else _("Readings of the last %(n)s days") % {"n": features.history_days}
    )
    match features.report_cadence:
        case "monthly":
            reports = _("A report to your hospital every month")
        case "weekly":
            reports = _("A report to your hospital every month and every week")
        case _:
            reports = _("No reports to your hospital")
    sleep = _("Sleep analysis") if features.sleep_analysis else _("No sleep analysis")
    return [
        (True, history),
        (features.report_cadence != "none", reports),
        (features.sleep_analysis, sleep),
    ]


def _terms(offer: Offer) -> list[str]:
    terms = []
    if offer.trial_days:
        terms.append(
            ngettext("%(n)s day free at first", "%(n)s days free at first", offer.trial_days)
            % {"n": offer.trial_days}
        )
    if offer.minimum_term_months:
        terms.append(
            ngettext("At least %(n)s month", "At least %(n)s months", offer.minimum_term_months)
            % {"n": offer.minimum_term_months}
        )
    return terms


def shown(found: ChangePreview, *, do: Do, package: str, language: str) -> Shown:
    """The preview with names instead of codes and the amount on the button."""
    names = package_names(language)
    nothing = _("no package")
    return Shown(
        preview=found,
        do=do,
        package=package,
        now=names[found.now.package] if found.now else nothing,
        then=names[found.then.package] if found.then else nothing,
        due=_document(found.due, found.currency, names) if found.due else None,
        upcoming=[_document(document, found.currency, names) for document in found.upcoming],
        button=_button(found, do),
    )


def _document(document: Document, currency: str, names: dict[str | None, str]) -> ShownDocument:
    return ShownDocument(
        date=document.date,
        lines=[
            ShownLine(
                words=_line(line.kind, line.amount, names.get(line.package, line.package)),
                first=line.period.start,
                last=line.period.end - timedelta(days=1),
                amount=money(line.amount, currency),
            )
            for line in document.lines
        ],
        total=money(document.total, currency),
        tax=money(document.tax, currency),
    )


def _line(kind: LineKind, amount: int, package: str) -> str:
    match kind:
        case LineKind.USAGE:
            return _("%(package)s: further reports") % {"package": package}
        case LineKind.TERM_FEE:
            return _("%(package)s: fee for leaving early") % {"package": package}
        case _ if amount < 0:
            return _("%(package)s: given back") % {"package": package}
        case _:
            return package


def _button(found: ChangePreview, do: Do) -> str:
    total = found.due.total if found.due else 0
    amount = money(abs(total), found.currency)
    if total > 0:
        return _("Confirm and pay %(amount)s") % {"amount": amount}
    if total < 0:
        return _("Confirm and get %(amount)s back") % {"amount": amount}
    if do == Do.CANCEL:
        return _("Confirm the cancellation; nothing to pay now")
    return _("Confirm; nothing to pay now")


def refusal(error: HistoryError) -> str:
    """Why a choice is refused, and what to do instead; the rules' own words where we have none."""
    problem = error.errors[0]
    match problem["code"]:
        case "same_package":
            return _("This is your package already. Choose another one.")
        case "no_consent":
            return _("A package needs your consent to care. Give it on the consent page first.")
        case "no_contract":
            return _("No living telephone contract could pay for a package. Call your operator.")
        case "minimum_term":
            return _("Your package has a minimum term; a smaller one is possible after it.")
        case "cancellation_pending":
            return _("Your package is cancelled and ends soon. Take the cancellation back first.")
        case "nothing_pending":
            return _("There is no waiting change to take back.")
        case "not_offered":
            return _("This package is not offered to you. Choose one of those shown.")
        case "not_subscribed":
            return _("You have no package now. Choose one first.")
        case "out_of_order" | "already_billed" | "already_subscribed":
            return _("Another change of yours already holds for these days. Try again tomorrow.")
        case _:
            return problem["detail"]
