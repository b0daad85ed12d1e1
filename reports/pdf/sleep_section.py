"""The sleep part of page 2: cards, the raster, the last night, and nights beside mornings."""

from collections.abc import Callable

from reports.analysis import display
from reports.analysis.facts import NightAndMorning, NightFacts, NightStatistics, SleepFacts
from reports.analysis.json_shape import clock
from reports.analysis.sleep import GOOD_AND_POOR, SHORT_SLEEP
from reports.charts import figures, nights, palette
from reports.charts.hypnogram import hypnogram
from reports.charts.scene import Frame
from reports.charts.together import nights_and_mornings
from reports.charts.words import hours_minutes, short_date
from reports.pdf.document import ReportDocument
from reports.pdf.sheet import LEFT, RIGHT, TITLE, WIDTH, Card, Cell, Column, Sheet, Verdict

RASTER = Frame(WIDTH, 262)
LAST_NIGHT = Frame(330, 84)
TOGETHER = Frame(WIDTH, 96)
CARD_HEIGHT = 57.0
GAP = 6.0
STEP = 9.4


def sleep_section(sheet: Sheet, document: ReportDocument, y: float) -> float:
    """Everything about the nights; the same places stay empty when nothing was recorded."""
    facts = document.facts.sleep
    note = sheet.say("estimated") if facts and facts.estimated_by_device else ""
    sheet.heading(y + 8, sheet.say("sleep"), note)
    y += 14
    _cards(sheet, document, facts, y)
    y += CARD_HEIGHT + 7
    raster = nights.raster(
        facts,
        first=document.first,
        last=document.last,
        frame=RASTER,
        language=document.language,
    )
    sheet.chart(LEFT, y, raster)
    y += RASTER.height + 8
    _last_night(sheet, facts, y)
    y += LAST_NIGHT.height + 14 + 8
    return _together(sheet, document, y)


def _cards(sheet: Sheet, document: ReportDocument, facts: SleepFacts | None, y: float) -> None:
    width = (WIDTH - 3 * GAP) / 4
    cards = (
        _asleep(sheet, facts),
        _efficiency(sheet, facts),
        _bedtime(sheet, facts),
        _recorded(sheet, document, facts),
    )
    for number, card in enumerate(cards):
        sheet.card(LEFT + number * (width + GAP), y, width, CARD_HEIGHT, card)


def _asleep(sheet: Sheet, facts: SleepFacts | None) -> Card:
    label, target = sheet.say("mean_tst"), sheet.say("tst_target")
    if facts is None or facts.mean_tst is None:
        return Card(label, "–", verdict=_nothing(sheet), detail=target)
    verdict = _against(sheet, "tst_line", good=facts.mean_tst >= SHORT_SLEEP)
    total = sum(night.is_scored for night in facts.main_nights)
    short = sheet.say("short_nights", n=facts.short_nights, all=total)
    value = hours_minutes(facts.mean_tst, sheet.language)
    return Card(label, value, verdict=verdict, detail=short)


def _efficiency(sheet: Sheet, facts: SleepFacts | None) -> Card:
    label, target = sheet.say("mean_se"), sheet.say("se_target")
    if facts is None or facts.mean_se is None:
        return Card(label, "–", verdict=_nothing(sheet), detail=target)
    good, poor = GOOD_AND_POOR["se"]
    verdict = _against(sheet, "se_line", good=facts.mean_se >= good)
    value = f"{figures.near(facts.mean_se, good, poor)} %"
    return Card(label, value, verdict=verdict, detail=sheet.say("se_meaning"))


def _bedtime(sheet: Sheet, facts: SleepFacts | None) -> Card:
    label = sheet.say("bedtime")
    if facts is None or facts.bedtime is None:
        return Card(label, "–", verdict=_nothing(sheet))
    spread = ""
    if facts.bedtime_sd is not None:
        spread = sheet.say("bedtime_sd", value=figures.whole(facts.bedtime_sd))
    details = [
        sheet.say(key, time=clock(minutes))
        for key, minutes in (("waking", facts.wake_time), ("midsleep", facts.midsleep))
        if minutes is not None
    ]
    return Card(label, clock(facts.bedtime) or "–", spread, detail=" · ".join(details))


def _recorded(sheet: Sheet, document: ReportDocument, facts: SleepFacts | None) -> Card:
    label, of = sheet.say("nights"), sheet.say("nights_of", all=document.days)
    if facts is None:
        return Card(label, "0", of, _nothing(sheet))
    main = facts.main_nights
    naps = len(facts.nights) - len(main)
    detail = sheet.say("naps", n=naps) if naps else ""
    return Card(label, str(len(main)), of, detail=detail)


def _nothing(sheet: Sheet) -> Verdict:
    return Verdict("–", sheet.say("no_nights"), palette.SOFT)


def _against(sheet: Sheet, line: str, *, good: bool) -> Verdict:
    value = sheet.say(line)
    if good:
        return Verdict("✓", sheet.say("at_reference", value=value), palette.GOOD)
    return Verdict("▼", sheet.say("below_reference", value=value), palette.WARN)


def _last_night(sheet: Sheet, facts: SleepFacts | None, y: float) -> None:
    end = LEFT + sheet.write(LEFT, y + 8, sheet.say("last_night"), size=10, bold=True, colour=TITLE)
    x = LEFT + LAST_NIGHT.width + 18
    sheet.write(x, y + 8, sheet.say("sleep_figures"), size=10, bold=True, colour=TITLE)
    staged = [night for night in facts.main_nights if night.is_scored] if facts else []
    if not staged:
        sheet.write(LEFT, y + 26, sheet.say("no_nights"), size=8, colour=palette.SOFT)
        return
    last = staged[-1]
    when = sheet.say(
        "night_of",
        date=short_date(last.date, sheet.language),
        start=f"{last.started_at:%H:%M}",
        end=f"{last.ended_at:%H:%M}",
    )
    room = LEFT + LAST_NIGHT.width - end - 8
    sheet.write(end + 8, y + 8, when, size=7.4, colour=palette.SOFT, room=room)
    sheet.chart(LEFT, y + 14, hypnogram(last, frame=LAST_NIGHT, language=sheet.language))
    rows = [[Cell(name), Cell(value)] for name, value in _figure_rows(sheet, facts, staged)]
    columns = (Column("", x), Column("", RIGHT, "end"))
    sheet.table(y + 12, columns, rows, left=x, right=RIGHT, step=STEP, size=7.2)


def _figure_rows(
    sheet: Sheet, facts: SleepFacts | None, staged: list[NightFacts]
) -> list[tuple[str, str]]:
    minutes: dict[str, Callable[[NightStatistics], float | None]] = {
        "sol": lambda s: s.sol,
        "waso_spt": lambda s: s.waso_spt,
        "waso_to_lights_on": lambda s: s.waso_to_lights_on,
        "deep": lambda s: s.n3 if s.deep is None else s.deep,
        "light": _light,
        "rem": lambda s: s.rem,
    }
    rows = [
        (sheet.say(key), _mean_minutes(sheet, [figure(n.statistics) for n in staged]))
        for key, figure in minutes.items()
    ]
    counted = [n.statistics.awakenings for n in staged if n.onset]
    awakenings = [float(count) for count in counted if count is not None]
    mean = sum(awakenings) / len(awakenings) if awakenings else None
    shown = "–" if mean is None else str(display.half_up(mean, display.TENTH))
    rows.insert(3, (sheet.say("awakenings"), shown))
    if facts and facts.social_jetlag is not None:
        value = sheet.say("minutes", value=figures.whole(facts.social_jetlag))
        rows.append((sheet.say("jetlag"), value))
    return rows


def _light(statistics: NightStatistics) -> float | None:
    if statistics.light is not None:
        return statistics.light
    if statistics.n1 is None and statistics.n2 is None:
        return None
    return (statistics.n1 or 0) + (statistics.n2 or 0)


def _mean_minutes(sheet: Sheet, values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    return sheet.say("minutes", value=figures.whole(sum(known) / len(known)))


def _together(sheet: Sheet, document: ReportDocument, y: float) -> float:
    pairs = document.facts.together
    sheet.heading(y + 8, sheet.say("together"), sheet.say("together_note", n=len(pairs)))
    scene = nights_and_mornings(
        pairs,
        first=document.first,
        last=document.last,
        threshold=document.rules.threshold.systolic if document.adult_lines else None,
        frame=TOGETHER,
        language=document.language,
    )
    sheet.chart(LEFT, y + 12, scene)
    end = y + 12 + TOGETHER.height
    text = _means_after(sheet, pairs)
    if text:
        sheet.write(LEFT, end + 8, text, size=7.2, room=WIDTH)
    return end + 9


def _means_after(sheet: Sheet, pairs: tuple[NightAndMorning, ...]) -> str:
    poor = [pair.morning_systolic for pair in pairs if pair.short or pair.broken]
    good = [pair.morning_systolic for pair in pairs if not (pair.short or pair.broken)]
    if not poor or not good:
        return ""
    return sheet.say(
        "together_means",
        poor=figures.whole(sum(poor) / len(poor)),
        poor_n=len(poor),
        good=figures.whole(sum(good) / len(good)),
        good_n=len(good),
    )
