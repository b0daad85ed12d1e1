"""Good bodies with places taken out, replaced by something odd, or put elsewhere."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.seeds import TREES

ODD = st.sampled_from(
    [
        None, True, 0, -1, 7.5, 10**30, 1e308, -0.0, "", "x" * 300, "\0", [], {}, [[]],
        "2026-11-02",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-02T07:00:00",
        "2026-02-30T07:00:00Z", "kPa", "h", "yr", "mm[Hg]", "{}", "}{", "#", "Device/", "final",
    ]
)  # fmt: skip


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree, as what holds it and its key there."""
    found: list[tuple[Any, Any]] = []
    stack = [tree]
    while stack:
        node = stack.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        found += [(node, key) for key in keys]
        stack += [node[key] for key in keys if isinstance(node[key], dict | list)]
    return found


@st.composite
def bent_trees(draw: st.DrawFn, name: str) -> Any:
    """A good body with some places taken out, replaced, or put elsewhere."""
    tree = deepcopy(draw(st.sampled_from(TREES[name])))
    for _ in range(draw(st.integers(0, 4))):
        if not (at := places(tree)):
            break
        node, key = draw(st.sampled_from(at))
        how = draw(st.sampled_from(["out", "odd", "move", "twice"]))
        if how == "out":
            del node[key]
        elif how == "odd":
            node[key] = deepcopy(draw(ODD))  # never one list in two places
        elif how == "move":
            other, place = draw(st.sampled_from(at))
            node[key] = deepcopy(other[place]) if place in other or isinstance(other, list) else 1
        elif isinstance(node, list):
            node.append(deepcopy(node[key]))
    return tree
