"""What there is: the routes of the URL resolver and the operations of OpenAPI."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """A path of the resolver. `name` is its namespaced name, or the path where it has none."""

    name: str
    path: str
    parameters: tuple[str, ...]

    def at(self, ids: dict[str, int]) -> str:
        """The path with its parameters filled in."""
        path = self.path
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", str(value))
        return path


def routes() -> dict[str, Route]:
    """Every route of the URL configuration in force, by name."""
    found: dict[str, Route] = {}
    for name, path in _walk(get_resolver().url_patterns, "/", ""):
        # Two routes of one name are told apart by their paths.
        key = f"{name} {path}" if name in found else name or path
        found[key] = Route(key, path, tuple(re.findall(r"{(\w+)}", path)))
    return found


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, namespace: str
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        path = prefix + _template(pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, path, inner)
        else:
            yield (f"{namespace}{pattern.name}" if pattern.name else ""), path


def _template(pattern: URLPattern | URLResolver) -> str:
    """`users/<int:id>/` and `^users/(?P<id>..)/$` as `users/{id}/`."""
    text = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
    text = re.sub(r"\(\?P{(\w+)}[^)]*\)", r"{\1}", text)
    return text.replace("\\Z", "").strip("^$").replace("\\", "")


def operations() -> set[tuple[str, str]]:
    """(method, path) of everything that OpenAPI describes."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return {
        (method.upper(), path)
        for path, item in schema["paths"].items()
        for method in item
        if method.upper() in METHODS
    }
