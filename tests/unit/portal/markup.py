"""Reads a page as a browser and a screen reader would, and lists what is wrong with it."""

from collections import Counter
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr", "source"}
FIELDS = {"input", "select", "textarea"}


class Page(HTMLParser):
    """A parsed page. `faults` names everything a content security policy or a reader trips over."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labels: set[str] = set()
        self.fields: list[tuple[str, bool, dict[str, str | None]]] = []
        self.references: list[str] = []
        self.open: list[str] = []
        self.language = ""
        self.title = ""
        self.headings = 0
        self.feed(text)
        self.close()
        self._check()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._policy(tag, values)
        if tag == "html":
            self.language = values.get("lang") or ""
        if tag == "h1":
            self.headings += 1
        if (own := values.get("id")) is not None:
            self.ids[own] += 1
        if tag == "label" and (target := values.get("for")):
            self.labels.add(target)
        if tag in FIELDS and values.get("type") != "hidden":
            self.fields.append((tag, "label" in self.open, values))
        for name in ("aria-labelledby", "aria-describedby"):
            self.references += (values.get(name) or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._policy(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["title"] and "svg" not in self.open:
            self.title += data

    def _policy(self, tag: str, values: dict[str, str | None]) -> None:
        for name, value in values.items():
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self.faults.append(f"<{tag} {name}=javascript:>")
        if tag == "style" or (tag == "script" and not values.get("src")):
            self.faults.append(f"inline <{tag}>")
        for name in ("src", "href"):
            if tag in ("script", "link", "img") and "//" in (values.get(name) or ""):
                self.faults.append(f"<{tag}> from another host")

    def _check(self) -> None:
        self.faults += [f"never closed: {tag}" for tag in self.open]
        self.faults += [f"id {name!r} twice" for name, n in self.ids.items() if n > 1]
        self.faults += [f"no element {name!r}" for name in self.references if not self.ids[name]]
        for tag, wrapped, values in self.fields:
            named = values.get("aria-label") or values.get("id") in self.labels
            if not (wrapped or named):
                self.faults.append(f"<{tag} name={values.get('name')}> has no label")
        if not self.title.strip(" ·"):
            self.faults.append("no title")
        if self.headings != 1:
            self.faults.append(f"{self.headings} headings of the first level")
