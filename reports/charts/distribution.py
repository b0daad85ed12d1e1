"""How often which pressure was measured: a histogram whose bins meet at the threshold."""

from collections import Counter
from dataclasses import dataclass

from reports.analysis.facts import BloodPressureFacts
from reports.charts import figures
from reports.charts.scales import Linear, text_width
from reports.charts.scene import Bar, Frame, Line, Point, Role, Scene, Shape, Table, Text
from reports.charts.trend_panels import Component, adult_lines
from reports.charts.words import Language, say

STEP = 5
TOP = 22.0
BOTTOM = 13.0
USUAL: dict[Component, tuple[int, int]] = {"systolic": (-5, 4), "diastolic": (-5, 4)}
MOST_BINS = 24


@dataclass(frozen=True, slots=True)
class Bin:
    """Used readings from `low` to below `low + step` mmHg."""

    low: float
    step: int
    count: int
    at_or_above: bool


def histogram(
    facts: BloodPressureFacts, component: Component, *, frame: Frame, language: Language
) -> Scene:
    """Bars of 5 mmHg; those at or above the threshold stand apart in colour, place and count."""
    bins = tally(facts, component)
    bottom = frame.height - BOTTOM
    tallest = max(b.count for b in bins)
    place = Linear(bins[0].low, bins[-1].low + bins[-1].step, 0, frame.width)
    height = Linear(0, max(tallest, 1), bottom, TOP + 9)
    threshold: float = getattr(facts.threshold, component)
    size = _count_size(bins, place)
    judged = adult_lines(facts)
    items: list[Shape | Point] = [
        _bar(b, place, height, size, b.at_or_above and judged, language) for b in bins if b.count
    ]
    items.append(Line(0, bottom, frame.width, bottom, Role.AXIS))
    items += _axis(bins, place, bottom, threshold)
    if judged:
        items += _split(bins, place(threshold), bottom, figures.whole(threshold), language)
    if not tallest:
        words = say(language, "no_readings")
        items.append(Text(frame.width / 2, bottom - 12, words, size=7.5, anchor="middle"))
    title = say(language, f"{component}_distribution")
    description = say(language, "distribution_description", step=bins[0].step)
    if judged:
        above = sum(b.count for b in bins if b.at_or_above)
        total = sum(b.count for b in bins)
        line = {"above": above, "count": total, "threshold": figures.whole(threshold)}
        description += say(language, "distribution_lines", **line)
    return Scene(frame.width, frame.height, title, description, tuple(items))


def rows(facts: BloodPressureFacts, component: Component, *, language: Language) -> Table:
    """Bins that hold readings."""
    return Table(
        say(language, f"{component}_distribution"),
        (say(language, "from_to"), say(language, "readings")),
        tuple((_name(b), str(b.count)) for b in tally(facts, component) if b.count),
    )


def tally(facts: BloodPressureFacts, component: Component) -> list[Bin]:
    """Used readings by bin; an edge always lies on the threshold. A wide range gets wider bins."""
    threshold: float = getattr(facts.threshold, component)
    values = [getattr(p.reading, component) for p in facts.placed if p.used]
    step = STEP
    while True:
        counts = Counter(int((value - threshold) // step) for value in values)
        first, last = USUAL[component]
        first, last = min([first, *counts]), max([last, *counts])
        if last - first < MOST_BINS:
            break
        step += STEP
    return [
        Bin(threshold + n * step, step, counts.get(n, 0), n >= 0) for n in range(first, last + 1)
    ]


def _count_size(bins: list[Bin], place: Linear) -> float | None:
    """The size at which every count fits over its bar; None when none does."""
    room = place(bins[1].low) - place(bins[0].low) - 1.5
    widest = max((text_width(str(b.count), 1) for b in bins), default=0)
    return next((size for size in (6.5, 5.5) if widest * size <= room), None)


def _name(b: Bin) -> str:
    return f"{figures.whole(b.low)}–{figures.whole(b.low + b.step - 1)}"


def _split(
    bins: list[Bin], edge: float, bottom: float, line: str, language: Language
) -> list[Shape]:
    below = sum(b.count for b in bins if not b.at_or_above)
    above = sum(b.count for b in bins if b.at_or_above)
    below_words = say(language, "below", value=line, count=below)
    above_words = say(language, "at_or_above", value=line, count=above)
    return [
        Line(edge, 11, edge, bottom, Role.THRESHOLD),
        Text(edge - 5, 8, below_words, Role.LABEL, 7, "end"),
        Text(edge + 5, 8, above_words, Role.AT_OR_ABOVE, 7, "start", True),
    ]


def _bar(
    b: Bin, place: Linear, height: Linear, size: float | None, above: bool, language: Language
) -> Point:
    left, right, top = place(b.low), place(b.low + b.step), height(b.count)
    role = Role.AT_OR_ABOVE if above else Role.BELOW
    low, high = figures.whole(b.low), figures.whole(b.low + b.step - 1)
    shapes: list[Shape] = [Bar(left + 0.6, top, right - left - 1.2, height.start - top, role)]
    if size:
        count = str(b.count)
        shapes.append(Text((left + right) / 2, top - 2.5, count, size=size, anchor="middle"))
    label = say(language, "bin_label", low=low, high=high, count=b.count)
    return Point(label, tuple(shapes))


def _axis(bins: list[Bin], place: Linear, bottom: float, threshold: float) -> list[Shape]:
    shapes: list[Shape] = []
    edges = [b.low for b in bins] + [bins[-1].low + bins[-1].step]
    every = next(n for n in (2, 3, 4, 6, 8) if n * (place(edges[1]) - place(edges[0])) >= 18)
    for edge in edges:
        steps = round((edge - threshold) / bins[0].step)
        if steps % every == 0 and place.start + 5 < place(edge) < place.end - 5:
            text = figures.whole(edge)
            shapes.append(Text(place(edge), bottom + 9.5, text, size=7, anchor="middle"))
    return shapes
