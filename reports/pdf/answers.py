"""The top of page 1, read in half a minute: is there enough data, and what does it say."""

from reports.analysis import display
from reports.analysis.facts import BloodPressureFacts, Means
from reports.analysis.measured import Pressure
from reports.analysis.warning_signs import is_worsening
from reports.charts import figures, palette
from reports.charts.trend_panels import adult_lines
from reports.pdf.document import ReportDocument
from reports.pdf.sheet import LEFT, WIDTH, Card, Sheet, Verdict
from reports.pdf.texts import full_date
from reports.pdf.verdicts import against_goal, against_threshold, withheld

GAP = 6.0
HEIGHT = 57.0
STRIP = 29.0
WIDTHS = (187.0, 162.0, 162.28)
FLAG_WORDS = {"me_difference": "me_difference_flag"}


def answers(sheet: Sheet, document: ReportDocument, y: float) -> float:
    """Sufficiency, six cards and the patterns found; returns the bottom."""
    facts = document.facts.blood_pressure
    sufficiency(sheet, facts, document.days, y)
    y += STRIP + GAP
    for row in _cards(sheet, document, facts):
        x = LEFT
        for width, card in zip(WIDTHS, row, strict=True):
            sheet.card(x, y, width, HEIGHT, card)
            x += width + GAP
        y += HEIGHT + GAP
    _patterns(sheet, facts, y + 7)
    return y + 11


def sufficiency(sheet: Sheet, facts: BloodPressureFacts | None, days: int, y: float) -> None:
    """First of all: whether the period has enough data, by which rule, and how much there is."""
    if facts is None:
        verdict = Verdict("–", sheet.say("no_data"), palette.WARN)
    elif facts.sufficient:
        verdict = Verdict("✓", sheet.say("enough"), palette.GOOD)
    else:
        verdict = Verdict("⚠", sheet.say("not_enough"), palette.WARN)
    sheet.ink.outline(LEFT, y, WIDTH, STRIP, colour=verdict.colour, line=0.9, radius=3)
    used = sheet.write(
        LEFT + 9, y + 11.5, verdict.text, size=9.5, bold=True, colour=verdict.colour, room=300
    )
    left = LEFT + 9 + used + 8
    rule = f"({sheet.say('rule')})"
    sheet.write(left, y + 11.5, rule, size=7.2, colour=palette.SOFT, room=LEFT + WIDTH - left - 8)
    counts = _counts(sheet, facts, days)
    sheet.write(LEFT + 9, y + 23, counts, size=8, room=WIDTH - 18)


def _counts(sheet: Sheet, facts: BloodPressureFacts | None, days: int) -> str:
    if facts is None:
        return sheet.say("days_with_data", n=0, all=days)
    parts = [
        sheet.say("days_with_data", n=facts.days_with_data, all=days),
        sheet.say("readings_used", used=facts.used, all=facts.readings),
        sheet.say("morning_days", n=facts.morning_days),
        sheet.say("evening_days", n=facts.evening_days),
    ]
    last = max(item.local for item in facts.placed)
    when = f"{full_date(last.date(), sheet.language)} {last:%H:%M}"
    return "  ·  ".join([*parts, sheet.say("last_reading", when=when)])


def _cards(
    sheet: Sheet, document: ReportDocument, facts: BloodPressureFacts | None
) -> tuple[tuple[Card, ...], tuple[Card, ...]]:
    if facts is None:
        rules = document.rules
        target = _target(sheet, rules.goal, rules.threshold)
        labels = ("mean", "morning", "evening", "share", "highest", "direction")
        threshold = figures.pressure(rules.threshold)
        none = Verdict("–", sheet.say("no_value"), palette.SOFT)
        empty = [
            Card(sheet.say(label, threshold=threshold), "–", verdict=none, detail=target)
            for label in labels
        ]
        return tuple(empty[:3]), tuple(empty[3:])
    return (
        (_mean(sheet, facts), _morning(sheet, facts), _evening(sheet, facts)),
        (_share(sheet, facts), _highest(sheet, facts), _direction(sheet, facts)),
    )


def _target(sheet: Sheet, goal: Pressure, threshold: Pressure) -> str:
    lines = {"goal": figures.pressure(goal), "threshold": figures.pressure(threshold)}
    return sheet.say("target", **lines)


def _lines(sheet: Sheet, facts: BloodPressureFacts) -> str:
    if not adult_lines(facts):
        return sheet.say("adult_lines_not_applied")
    return _target(sheet, facts.goal, facts.threshold)


def _mean(sheet: Sheet, facts: BloodPressureFacts) -> Card:
    if facts.category:
        category = sheet.say("category", name=sheet.say(facts.category))
        beside = against_threshold(sheet, facts, facts.mean).words
    else:
        category = sheet.say("no_category")
        beside = _lines(sheet, facts)
    return Card(
        sheet.say("mean"),
        _value(facts, facts.mean),
        "mmHg",
        against_goal(sheet, facts, facts.mean),
        f"{category} · {beside}",
    )


def _morning(sheet: Sheet, facts: BloodPressureFacts) -> Card:
    detail = _n_and_pulse(sheet, facts.morning)
    if facts.me_difference is not None:
        difference = _signed(facts.me_difference)
        detail = (
            f"{sheet.say('n', n=facts.morning.n)} · {sheet.say('me_difference', value=difference)}"
        )
    return Card(
        sheet.say("morning"),
        _value(facts, facts.morning),
        "mmHg",
        against_threshold(sheet, facts, facts.morning),
        detail,
    )


def _evening(sheet: Sheet, facts: BloodPressureFacts) -> Card:
    return Card(
        sheet.say("evening"),
        _value(facts, facts.evening),
        "mmHg",
        against_threshold(sheet, facts, facts.evening),
        _n_and_pulse(sheet, facts.evening),
    )


def _share(sheet: Sheet, facts: BloodPressureFacts) -> Card:
    threshold = figures.pressure(facts.threshold)
    detail = ""
    if facts.share_at_or_above is not None:
        count = display.half_up(facts.share_at_or_above * facts.used / 100)
        detail = sheet.say("share_detail", n=count, all=facts.used)
    return Card(
        sheet.say("share", threshold=threshold),
        display.percent(facts.share_at_or_above),
        verdict=withheld(sheet, facts, facts.mean),
        detail=detail or _lines(sheet, facts),
    )


def _highest(sheet: Sheet, facts: BloodPressureFacts) -> Card:
    found = facts.highest
    if found is None:
        return Card(sheet.say("highest"), "–", detail=sheet.say("no_value"))
    when = f"{full_date(found.local.date(), sheet.language)} {found.local:%H:%M}"
    pulse = found.reading.pulse
    detail = when if pulse is None else f"{when} · {sheet.say('pulse', value=pulse)}"
    value = figures.pair(found.reading.systolic, found.reading.diastolic)
    return Card(sheet.say("highest"), value, "mmHg", detail=detail)


def _direction(sheet: Sheet, facts: BloodPressureFacts) -> Card:
    change, label = facts.change, sheet.say("direction")
    if change is None:
        words = Verdict("–", sheet.say("no_change"), palette.SOFT)
        return Card(label, "–", verdict=words, detail=sheet.say("no_change_detail"))
    verdict = (
        Verdict("▲", sheet.say("worsening"), palette.BAD)
        if is_worsening(change)
        else Verdict("✓", sheet.say("not_worsening"), palette.GOOD)
    )
    detail = sheet.say(
        "change_detail",
        recent=figures.whole(change.recent),
        previous=figures.whole(change.previous),
    )
    return Card(label, _signed(change.difference), "mmHg", verdict, detail)


def _patterns(sheet: Sheet, facts: BloodPressureFacts | None, y: float) -> None:
    label = sheet.say("patterns")
    end = LEFT + sheet.write(LEFT, y, label, size=7.6, bold=True) + 7
    flags = facts.flags if facts else ()
    words = "  ·  ".join(sheet.say(FLAG_WORDS.get(flag, flag)) for flag in flags)
    text = words or (sheet.say("patterns_none") if facts and facts.category else "–")
    sheet.write(end, y, text, size=7.6, room=LEFT + WIDTH - end)


def _value(facts: BloodPressureFacts, means: Means) -> str:
    return figures.means(means, facts.goal, facts.threshold)


def _n_and_pulse(sheet: Sheet, means: Means) -> str:
    text = sheet.say("n", n=means.n)
    if means.pulse is None:
        return text
    return f"{text} · {sheet.say('pulse', value=figures.whole(means.pulse))}"


def _signed(value: float) -> str:
    """`+8.1` or `−3.2`, one decimal, a typographic minus."""
    tenths = display.half_up(abs(value), display.TENTH)
    if not tenths:
        return "±0"
    return f"{'+' if value > 0 else '−'}{tenths}"
