"""Rules of the house that no linter knows, read from the source alone.

    python -m tests.architecture.rules

prints what breaks one, with the place and the cure; `make check` runs it. What may break a rule
stands in `allowed.py` with its reason.

    base-manager   `_base_manager` sees rows of everybody: the scope is in `objects`
    raw-query      `.raw()`, `.extra()`, `RawSQL` and cursors know no scope either
    delay          `healthcare.runtime.ringing.ring` is the one way to wake a worker
    assembled-sql  statements are constants, or made with `psycopg.sql`
"""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.allowed import ALLOWED

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("healthcare", "devices", "packages", "reports", "portal")
CURES = {
    "base-manager": "ask `objects` inside `acting_in(scope)`",
    "raw-query": "use the manager, inside `acting_in(scope)`",
    "delay": "call `ring(task, id)` of healthcare.runtime.ringing",
    "assembled-sql": "pass values as parameters, names with psycopg.sql.Identifier",
}
RUNS_SQL = {"execute", "executemany", "copy"}
SENDS = {"delay", "apply_async", "send_task"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule. `function` is empty outside functions."""

    rule: str
    path: str
    line: int
    function: str
    what: str

    def __str__(self) -> str:
        where = f" in {self.function}" if self.function else ""
        return (
            f"{self.path}:{self.line}{where}: {self.rule}: {self.what}; {CURES[self.rule]},"
            " or give the reason in tests/architecture/allowed.py"
        )


def findings(source: str, path: str) -> Iterator[Finding]:
    """Everything in one file that breaks a rule, allowed or not."""
    tree = ast.parse(source)
    constants = _constants(tree)
    for node, function in _walk(tree, ""):
        for rule, check in _CHECKS.items():
            if what := check(node, constants):
                yield Finding(rule, path, getattr(node, "lineno", 0), function, what)


def broken(found: Iterator[Finding], allowed: Mapping[str, Mapping[str, str]]) -> list[Finding]:
    """What no reason excuses. A reason stands for a file, or for `file:function`."""
    return [
        f
        for f in found
        if f.path not in allowed[f.rule] and f"{f.path}:{f.function}" not in allowed[f.rule]
    ]


def of_the_house() -> Iterator[Finding]:
    """Everything in the rooms that breaks a rule, allowed or not. Migrations run as the owner."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from findings(path.read_text(), path.relative_to(ROOT).as_posix())


def _walk(node: ast.AST, function: str) -> Iterator[tuple[ast.AST, str]]:
    for child in ast.iter_child_nodes(node):
        inside = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = child.name
        yield child, inside
        yield from _walk(child, inside)


def _constants(tree: ast.Module) -> dict[str, ast.expr | None]:
    """Names of the module's constants with what they are; None for those that are imported."""
    found: dict[str, ast.expr | None] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.isupper():
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if name.isupper():
                found[name] = value
            case ast.ImportFrom(names=aliases):
                found |= {a.asname or a.name: None for a in aliases if a.name.isupper()}
    return found


def _base_manager(node: ast.AST, _: Mapping[str, ast.expr | None]) -> str:
    return _attribute(node, {"_base_manager"})


def _attribute(node: ast.AST, names: set[str]) -> str:
    if isinstance(node, ast.Attribute) and node.attr in names:
        return f".{node.attr}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
        return next((f"getattr {text}" for text in texts if text in names), "")
    return ""


def _raw_query(node: ast.AST, _: Mapping[str, ast.expr | None]) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr="raw" | "extra" as name)):
            return f".{name}()"
        case ast.Call(func=ast.Name(id="RawSQL") | ast.Attribute(attr="RawSQL")):
            return "RawSQL"
        case ast.Call(func=ast.Attribute(attr="cursor" | "chunked_cursor")):
            return "a cursor"
        case ast.Call(func=ast.Name(id=name)) if name.endswith("_cursor"):
            return "a cursor"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="psycopg"), attr="connect")):
            return "a connection of its own"
    return ""


def _delay(node: ast.AST, _: Mapping[str, ast.expr | None]) -> str:
    return _attribute(node, SENDS)


def _assembled_sql(node: ast.AST, constants: Mapping[str, ast.expr | None]) -> str:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")))):
            return ""  # a command's own `execute`
        case ast.Call(func=ast.Attribute(attr=name), args=[statement, *_]) if name in RUNS_SQL:
            # `path.copy("x")` is no statement, and neither harms nor helps anybody here.
            return "" if _fixed(statement, constants) else f"{name}({_short(statement)})"
    return ""


def _fixed(node: ast.expr, constants: Mapping[str, ast.expr | None]) -> bool:
    """True for a text that stands in the source, or that psycopg.sql composed."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name) if name in constants:
            value = constants[name]
            # What another module calls a constant is judged there, when it is made.
            return value is None or _fixed(value, constants)
        case ast.JoinedStr(values=parts):
            return all(_fixed(part, constants) for part in parts)
        case ast.FormattedValue(value=value):
            return _fixed(value, constants)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _fixed(left, constants) and _fixed(right, constants)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="sql"), attr=name)):
            return name in {"SQL", "Identifier", "Literal", "Placeholder", "Composed"}
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="format" | "join")):
            # sql.SQL("...").format(sql.Identifier(name))
            return _fixed(inner, constants)
    return False


def _short(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:59]}…"


_CHECKS: dict[str, Callable[[ast.AST, Mapping[str, ast.expr | None]], str]] = {
    "base-manager": _base_manager,
    "raw-query": _raw_query,
    "delay": _delay,
    "assembled-sql": _assembled_sql,
}


def main() -> int:
    """Print what is broken; 1 if anything is."""
    found = broken(of_the_house(), ALLOWED)
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
