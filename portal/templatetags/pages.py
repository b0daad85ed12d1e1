"""Template tags of the pages: icons, times, ages, money. The clock is an argument here too."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext
from lucide.templatetags.lucide import lucide

from devices.kinds.known import KINDS
from healthcare.accounts.middleware import session_of
from healthcare.accounts.models import MUST_HAVE_SECOND_FACTOR, IdentityProvider, User
from healthcare.hospitals.models import Hospital
from healthcare.kernel import money as amounts

register = template.Library()

THEMES = ("light", "dark")
SIGNS = {"JPY": "¥", "USD": "$", "EUR": "€"}


@register.simple_tag
@cache
def icon(name: str) -> str:
    """A lucide icon; decoration only, the words stand beside it."""
    return lucide(name, size=None, **{"class": "icon", "aria_hidden": "true", "focusable": "false"})


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The look the person chose: `light` or `dark`; empty follows the system."""
    request = context.get("request")
    cookies = request.COOKIES if isinstance(request, HttpRequest) else {}
    chosen = cookies.get(settings.THEME_COOKIE_NAME, "")
    return chosen if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def current(context: template.Context, prefix: str) -> str:
    """`aria-current` for a menu entry whose pages begin with `prefix`."""
    request = context.get("request")
    here = isinstance(request, HttpRequest) and request.path.startswith(prefix)
    return SafeString('aria-current="page"') if here else ""


@register.simple_tag(takes_context=True)
def owes_factor(context: template.Context) -> bool:
    """Whether this person reaches nothing before a second factor is set up, so that the menu
    offers nothing else."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if not isinstance(request, HttpRequest) or not isinstance(user, User):
        return False
    session = session_of(request)
    must = user.role in MUST_HAVE_SECOND_FACTOR
    return must and session is not None and not session.strong


@register.simple_tag
def ago(when: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: `14 h ago`."""
    minutes = max(int((now - when).total_seconds() // 60), 0)
    if minutes == 0:
        return gettext("just now")
    if minutes < 60:
        return ngettext("%(n)s min ago", "%(n)s min ago", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)s h ago", "%(n)s h ago", minutes // 60) % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}


@register.filter
def local(when: datetime, timezone: str) -> str:
    """`2026-09-30 21:19` in that zone; the zone's name stands on the page."""
    return f"{when.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


@register.filter
def local_time(when: datetime, timezone: str) -> str:
    """`21:19` in that zone."""
    return f"{when.astimezone(ZoneInfo(timezone)):%H:%M}"


@register.filter
def local_day(when: datetime, timezone: str) -> date:
    """The date of an instant in that zone."""
    return when.astimezone(ZoneInfo(timezone)).date()


@register.filter
def longday(day: date) -> str:
    """`30 September 2026` or `2026年9月30日`."""
    return dateformat.format(day, pgettext("date format of PHP: day month year", "j F Y"))


@register.filter
def longmonth(day: date) -> str:
    """`September 2026` or `2026年9月`."""
    return dateformat.format(day, pgettext("date format of PHP: month year", "F Y"))


@register.filter
def money(minor: int, currency: str) -> str:
    """`¥1,980`: minor units with sign and thousands; `1,980円` in Japanese."""
    whole, point, cents = amounts.to_text(abs(minor), currency).partition(".")
    text = f"{int(whole):,}{point}{cents}"
    minus = "−" if minor < 0 else ""
    if currency == "JPY" and get_language() == "ja":
        return f"{minus}{text}円"
    return f"{minus}{SIGNS.get(currency, currency + ' ')}{text}"


@register.filter
def named(place: Hospital | IdentityProvider) -> str:
    """A hospital's or a provider's name in the language of the page."""
    return place.display_name(get_language() or "en")


@register.filter
def kind_in_words(kind: str) -> str:
    """What a device measures, for one whose model nobody wrote down."""
    return gettext(KINDS[kind].label)


@register.filter
def hours_minutes(minutes: float | None) -> str:
    """`6 h 23 min`, rounded half up; a dash when it cannot be computed."""
    if minutes is None:
        return "–"
    hours, rest = divmod(int(minutes + 0.5), 60)
    return gettext("%(hours)s h %(minutes)02d min") % {"hours": hours, "minutes": rest}
