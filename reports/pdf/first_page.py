"""Page 1: the answers, then the charts they rest on, the weeks, and room for notes."""

from reports.analysis import display
from reports.analysis.facts import BloodPressureFacts, Means, Pair, Week
from reports.charts import blood_pressure, distribution, figures, morning_evening, palette
from reports.charts.scene import Frame
from reports.charts.trend_panels import Component, adult_lines
from reports.charts.words import short_date
from reports.pdf import margins
from reports.pdf.answers import answers
from reports.pdf.document import ReportDocument
from reports.pdf.sheet import BOTTOM, LEFT, RIGHT, TITLE, WIDTH, Cell, Column, Sheet
from reports.pdf.verdicts import at_or_above

TREND = Frame(WIDTH, 222)
BOXES = Frame(182, 122)
BINS = Frame(158, 122)
HEADING_ROOM = 90.0
WEEKS_SHOWN = 6
STEP = 10.6
COMPONENTS: tuple[Component, ...] = ("systolic", "diastolic")


def draw(sheet: Sheet, document: ReportDocument) -> None:
    """The whole page."""
    margins.head(sheet, document)
    y = answers(sheet, document, margins.UNDER_HEAD + 2)
    facts = document.facts.blood_pressure
    y = _trend(sheet, document, facts, y + 6)
    y = _spreads(sheet, facts, y + 8)
    y = _weeks_and_figures(sheet, document, facts, y + 8)
    _notes(sheet, document.notes, y + 5)
    margins.foot(sheet, document)


def _trend(
    sheet: Sheet, document: ReportDocument, facts: BloodPressureFacts | None, y: float
) -> float:
    sheet.write(LEFT, y + 8, sheet.say("blood_pressure"), size=10, bold=True, colour=TITLE)
    if facts is None:
        _empty(sheet, LEFT, y + 14, TREND.width, TREND.height - 14)
    else:
        scene = blood_pressure.trend(
            facts,
            frame=TREND,
            language=document.language,
            marks=document.marks,
            heading_room=HEADING_ROOM,
        )
        sheet.chart(LEFT, y, scene)
    return y + TREND.height


def _spreads(sheet: Sheet, facts: BloodPressureFacts | None, y: float) -> float:
    gap = (WIDTH - BOXES.width - 2 * BINS.width) / 2
    places = (LEFT, LEFT + BOXES.width + gap, LEFT + BOXES.width + BINS.width + 2 * gap)
    frames = (BOXES, BINS, BINS)
    step = distribution.tally(facts, "systolic")[0].step if facts else distribution.STEP
    other = distribution.tally(facts, "diastolic")[0].step if facts else distribution.STEP
    titles = (
        sheet.say("boxes"),
        sheet.say("systolic_bins", step=step),
        sheet.say("diastolic_bins", step=other),
    )
    for x, frame, title in zip(places, frames, titles, strict=True):
        sheet.write(x, y + 8, title, size=8.4, bold=True, colour=TITLE, room=frame.width)
    top, bottom = y + 13, y + 13 + BOXES.height
    if facts is None:
        for x, frame in zip(places, frames, strict=True):
            _empty(sheet, x, top, frame.width, frame.height)
        return bottom + 9
    language = sheet.language
    sheet.chart(places[0], top, morning_evening.boxes(facts, frame=BOXES, language=language))
    for x, component in zip(places[1:], COMPONENTS, strict=True):
        scene = distribution.histogram(facts, component, frame=BINS, language=language)
        sheet.chart(x, top, scene)
    sheet.write(LEFT, bottom + 7, sheet.say("boxes_note"), size=6.4, colour=palette.SOFT)
    return bottom + 9


def _empty(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    sheet.ink.rectangle(x, y, width, height, colour="#f1f3f5")
    words = sheet.say("no_pressure")
    middle = x + width / 2, y + height / 2
    sheet.write(*middle, words, size=8, colour=palette.SOFT, anchor="middle", room=width - 12)


def _weeks_and_figures(
    sheet: Sheet, document: ReportDocument, facts: BloodPressureFacts | None, y: float
) -> float:
    split = LEFT + 330
    threshold = figures.pressure(document.rules.threshold)
    sheet.write(LEFT, y + 8, sheet.say("weeks"), size=10, bold=True, colour=TITLE)
    weeks = facts.weeks[-WEEKS_SHOWN:] if facts else ()
    note = sheet.say("weeks_note")
    if document.adult_lines:
        note += f" · {sheet.say('marked', threshold=threshold)}"
    if facts and len(facts.weeks) > len(weeks):
        shown = sheet.say("weeks_last", shown=len(weeks), all=len(facts.weeks))
        note = f"{shown} · {note}"
    sheet.write(split - 14, y + 8, note, size=6.8, colour=palette.SOFT, anchor="end", room=240)
    columns = (
        Column(sheet.say("week"), LEFT),
        Column(sheet.say("morning"), LEFT + 84),
        Column(sheet.say("evening"), LEFT + 152),
        Column(sheet.say("all"), LEFT + 220),
        Column(sheet.say("share_short", threshold=threshold), split - 14, "end"),
    )
    rows = [_week(sheet, week, facts) for week in weeks] if facts else []
    end = sheet.table(y + 20, columns, rows, left=LEFT, right=split - 14, step=STEP)
    _figures(sheet, facts, split + 4, y)
    return max(end, y + 20 + WEEKS_SHOWN * STEP)


def _week(sheet: Sheet, week: Week, facts: BloodPressureFacts) -> list[Cell]:
    last = week.end.toordinal() - 1
    end = week.end.fromordinal(last)
    days = f"{short_date(week.start, sheet.language)} – {short_date(end, sheet.language)}"
    return [
        Cell(days),
        *(_mean_cell(means, facts) for means in (week.morning, week.evening, week.all)),
        Cell(display.percent(week.share_at_or_above if adult_lines(facts) else None)),
    ]


def _mean_cell(means: Means, facts: BloodPressureFacts) -> Cell:
    if means.systolic is None or means.diastolic is None:
        return Cell("–")
    reached = at_or_above(facts, means.systolic, means.diastolic)
    value = figures.means(means, facts.threshold)
    return Cell(f"{'▲ ' if reached else ''}{value} ({means.n})", strong=reached)


def _figures(sheet: Sheet, facts: BloodPressureFacts | None, x: float, y: float) -> None:
    sheet.write(x, y + 8, sheet.say("figures"), size=10, bold=True, colour=TITLE)
    columns = (Column("", x), Column("mmHg", RIGHT, "end"))
    rows = [[Cell(name), Cell(value)] for name, value in _figure_rows(sheet, facts)]
    sheet.table(y + 20, columns, rows, left=x, right=RIGHT, step=STEP)


def _figure_rows(sheet: Sheet, facts: BloodPressureFacts | None) -> list[tuple[str, str]]:
    if facts is None:
        return []
    source = f"mean_arterial_{facts.mean_arterial_source or 'computed'}"
    average = facts.me_average
    return [
        (sheet.say("me_average"), display_pair(average)),
        (sheet.say("sd"), display_pair(facts.of_readings.sd, tenths=True)),
        (sheet.say("sd_of_days"), display_pair(facts.of_days.sd, tenths=True)),
        (sheet.say("arv"), display_pair(facts.of_readings.arv, tenths=True)),
        (sheet.say("pulse_pressure"), display.number(facts.pulse_pressure)),
        (sheet.say(source), display.number(facts.mean_arterial)),
    ]


def display_pair(pair: Pair, *, tenths: bool = False) -> str:
    """`10.9/6.4` or a dash."""
    if pair.systolic is None or pair.diastolic is None:
        return "–"
    quantum = display.TENTH if tenths else display.WHOLE
    return f"{display.half_up(pair.systolic, quantum)}/{display.half_up(pair.diastolic, quantum)}"


def _notes(sheet: Sheet, notes: str, y: float) -> None:
    height = BOTTOM - 8 - y
    sheet.ink.outline(LEFT, y, WIDTH, height, colour=palette.RULE, line=0.7, radius=2)
    sheet.write(LEFT + 7, y + 10, sheet.say("notes"), size=7, colour=palette.SOFT)
    line = y + 21
    for text in sheet.lines(notes, WIDTH - 14, 8):
        if line > y + height - 4:
            break
        sheet.write(LEFT + 7, line, text, size=8, room=WIDTH - 14)
        line += 10
