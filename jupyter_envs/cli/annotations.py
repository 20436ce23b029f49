"""Findings for programs: annotations of GitHub's workflows, and SARIF 2.1.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from jupyter_envs import __version__
from jupyter_envs.spec import Diagnostic, Fix, Position

from .findings import Checked

_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def github_lines(checked: list[Checked]) -> Iterator[str]:
    """A workflow command for each finding; GitHub shows it at its line of the file."""
    for one in checked:
        for found in one.found:
            places = {
                "file": one.file,
                "line": found.start.line,
                "endLine": found.end.line,
                "col": found.start.column,
                "endColumn": found.end.column,
                "title": found.code,
            }
            properties = ",".join(f"{k}={_property(str(v))}" for k, v in places.items())
            yield f"::{_GITHUB[found.severity]} {properties}::{_data(found.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(checked: list[Checked]) -> dict[str, Any]:
    """One run over all files; columns count characters, and fixes come along."""
    codes = sorted({found.code for one in checked for found in one.found})
    levels = {found.code: found.severity for one in checked for found in one.found}
    rules = [{"id": code, "defaultConfiguration": {"level": levels[code]}} for code in codes]
    results = [
        _result(one.file, found, codes.index(found.code)) for one in checked for found in one.found
    ]
    driver = {"name": "jupyter_envs", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(file: str, found: Diagnostic, rule: int) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(file), "region": _region(found.start, found.end)}
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": found.severity,
        "message": {"text": found.message},
        "locations": [{"physicalLocation": place}],
    }
    if found.fix is not None and found.fix.edits:
        result["fixes"] = [_fix(file, found.fix)]
    return result


def _fix(file: str, fix: Fix) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": _region(edit.start, edit.end),
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(file), "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file.replace("\\", "/"))}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
