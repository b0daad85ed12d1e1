"""Charts on a page: one scene painted for wide and for narrow screens, and its table twin.

A drawing that shrinks to a telephone has letters nobody can read, so the narrow picture is drawn
again in its own frame; the page's CSS shows one of the two. Both work without script.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from reports.charts import svg
from reports.charts.scene import Frame, Scene, Table

Draw = Callable[[Frame], Scene]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart ready for a template: two drawings of one scene, and the same data in words."""

    wide: SafeString
    narrow: SafeString
    table: Table | None


def picture(
    draw: Draw, *, name: str, wide: Frame, narrow: Frame, table: Table | None = None
) -> Picture:
    """Paint what `draw` makes for both frames; `name` is unique on the page."""
    return Picture(
        wide=inline(draw(wide), name=f"{name}-wide", css_class="on-wide"),
        narrow=inline(draw(narrow), name=f"{name}-narrow", css_class="on-narrow"),
        table=table,
    )


def inline(scene: Scene, *, name: str, css_class: str = "") -> SafeString:
    """One scene as an `<svg>`; the painter escapes every text and attribute."""
    painted = svg.paint(scene, prefix=name, css_class=css_class)
    return SafeString(painted)  # nosec B703 # the painter escapes
