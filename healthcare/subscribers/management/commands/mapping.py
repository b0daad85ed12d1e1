"""`manage.py mapping list | show | save | try | template`: how an operator's files are laid out."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from healthcare.audit.actors import command
from healthcare.hospitals.scope import Scope, acting_in
from healthcare.subscribers import mappings, trying
from healthcare.subscribers.loading import choosing
from healthcare.subscribers.loading.definitions import MappingRefused, layout_of
from healthcare.subscribers.loading.encodings import ENCODINGS
from healthcare.subscribers.loading.layouts import STANDARD_NAME, Layout
from healthcare.subscribers.loading.reading import FileRefused
from healthcare.subscribers.models import Mapping, Operator
from healthcare.subscribers.queries import OperatorUnknown, operator_of
from healthcare.subscribers.trying import Trial


class Command(BaseCommand):
    """Mappings of an operator: kept by version, never changed."""

    help = "Mappings of an operator's files (docs/formats/subscribers.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="the newest version of each")
        show = actions.add_parser("show", help="the definition of one, as JSON")
        show.add_argument("name")
        show.add_argument("--version-number", type=int, metavar="N", help="newest unless said")
        save = actions.add_parser("save", help="save a definition as the next version")
        save.add_argument("file", type=Path, help="the definition, JSON in UTF-8")
        save.add_argument("--name", required=True)
        trial = actions.add_parser("try", help="show the first rows as they would be read")
        trial.add_argument("file", type=Path, help="a sample of the operator's file")
        by = trial.add_mutually_exclusive_group()
        by.add_argument("--mapping", default=STANDARD_NAME, metavar="NAME")
        by.add_argument("--definition", type=Path, metavar="FILE.json", help="not saved yet")
        trial.add_argument("--encoding", help=", ".join(ENCODINGS))
        template = actions.add_parser("template", help="write an empty file to fill in")
        template.add_argument("name")
        template.add_argument("--out", type=Path, required=True, metavar="FILE")
        for each in (listing, show, save, trial, template):
            each.add_argument("--operator", required=True, metavar="CODE")
            each.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            operator = operator_of(options["operator"])
            with acting_in(Scope.system("mappings of an operator")), transaction.atomic():
                answer, words = getattr(self, f"_{options['action']}")(operator, options)
        except (FileRefused, MappingRefused, OperatorUnknown) as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write(words)

    def _list(self, operator: Operator, options: dict[str, Any]) -> tuple[Any, str]:
        newest = mappings.newest_of(operator)
        answer = [_as_json(each) for each in newest]
        lines = [f"{each.name} version {each.version}, {each.saved_at:%Y-%m-%d}" for each in newest]
        return {"mappings": answer}, "\n".join(lines) or "No mapping but the standard layout."

    def _show(self, operator: Operator, options: dict[str, Any]) -> tuple[Any, str]:
        version = _version(operator, options["name"], options["version_number"])
        answer = {**_as_json(version), "definition": version.definition}
        return answer, json.dumps(version.definition, ensure_ascii=False, indent=2)

    def _save(self, operator: Operator, options: dict[str, Any]) -> tuple[Any, str]:
        saved, new = mappings.save(
            operator=operator,
            name=options["name"],
            definition=_read_json(options["file"]),
            now=timezone.now(),
            by=command("mapping"),
        )
        what = "saved" if new else "is there already, unchanged"
        return {**_as_json(saved), "new": new}, f"{saved.name} version {saved.version} {what}."

    def _try(self, operator: Operator, options: dict[str, Any]) -> tuple[Any, str]:
        now = timezone.now()
        setting = choosing.setting_of(operator, now=now)
        if options["definition"] is not None:
            layout = layout_of(_read_json(options["definition"]), name="", setting=setting)
        else:
            layout = _layout(operator, options["mapping"])
        trial = trying.try_file(
            options["file"], layout=layout, encoding=options["encoding"], setting=setting
        )
        return _trial_as_json(trial), _trial_in_words(trial)

    def _template(self, operator: Operator, options: dict[str, Any]) -> tuple[Any, str]:
        content, charset = trying.template_of(_layout(operator, options["name"]))
        try:
            options["out"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be written: {error.strerror}.") from error
        answer = {"name": options["name"], "charset": charset}
        return answer, f"{options['out']} written, {charset}."


def _as_json(version: Mapping) -> dict[str, Any]:
    return {
        "name": version.name,
        "version": version.version,
        "saved_at": version.saved_at.isoformat(),
    }


def _version(operator: Operator, name: str, number: int | None) -> Mapping:
    version = choosing.newest(operator, name)
    if version is None:
        raise CommandError("The standard layout is not kept as a mapping: see its documentation.")
    if number is None or number == version.version:
        return version
    older = Mapping.objects.filter(operator=operator, name=name, version=number).first()
    if older is None:
        raise CommandError(f"{name} has the versions 1 to {version.version}: say one of them.")
    return older


def _layout(operator: Operator, name: str) -> Layout:
    return choosing.layout_of(choosing.newest(operator, name), operator, now=timezone.now())


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is not JSON in UTF-8: {error}.") from error


def _trial_as_json(trial: Trial) -> dict[str, Any]:
    rows = [
        {
            "line": row.line,
            "fits": row.fits,
            "problem": row.problem,
            "cells": {cell.name: cell.value for cell in row.cells},
            "problems": {cell.name: cell.problem for cell in row.cells if cell.problem},
        }
        for row in trial.rows
    ]
    return {"header": list(trial.header), "names": list(trial.names), "rows": rows}


def _trial_in_words(trial: Trial) -> str:
    lines = []
    for row in trial.rows:
        lines.append(f"Line {row.line}: {row.problem or ('fits' if row.fits else 'rejected')}")
        for cell in row.cells:
            arrow = f"! {cell.problem}" if cell.problem else cell.value
            lines.append(f"  {cell.name:<24}{cell.written!r} -> {arrow}")
    return "\n".join(lines) or "The sample has no rows."
