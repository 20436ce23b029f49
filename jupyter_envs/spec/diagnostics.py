"""Diagnostics: what a reader of an ``environment.yml`` is told, and where in the file."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from .catalogue import CATALOGUE
from .lines import Lines, Position
from .urls import without_credentials

Severity = Literal["error", "warning", "note"]

# A file may hold thousands of wrong lines; nobody reads more than a screenful.
MAX_DIAGNOSTICS = 1000
_MAX_PARAM = 200


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One finding in a file.

    ``code`` never changes once released; ``message`` is the English text made from ``code`` and
    ``params``. The range goes from ``start`` up to, not including, ``end``. Neither the message
    nor the params hold credentials.
    """

    code: str
    severity: Severity
    message: str
    start: Position
    end: Position
    params: dict[str, str] = {}


class Span(Protocol):
    """Anything that knows its place in the text, as offsets in characters."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Findings:
    """Collects the diagnostics of one text."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._found: list[Diagnostic] = []
        self.has_error = False

    def add(self, code: str, at: Span, **params: object) -> None:
        """Record ``code`` of the catalogue for the range of ``at``."""
        self.add_range(code, at.start, at.end, **params)

    def add_range(self, code: str, start: int, end: int, **params: object) -> None:
        """Record ``code`` of the catalogue for a range of offsets."""
        first, last = self.lines.position(start), self.lines.position(max(start, end))
        self.add_positions(code, first, last, **params)

    def add_positions(self, code: str, start: Position, end: Position, **params: object) -> None:
        """Record ``code`` of the catalogue for a range that is already known."""
        diagnostic = diagnose(code, start, end, **params)
        is_error = diagnostic.severity == "error"
        if len(self._found) < MAX_DIAGNOSTICS or (is_error and not self.has_error):
            self._found.append(diagnostic)
        self.has_error = self.has_error or is_error

    def in_order(self) -> tuple[Diagnostic, ...]:
        """All that was recorded, in the order of the file."""
        return tuple(sorted(self._found, key=lambda d: (d.start.line, d.start.column)))


def diagnose(code: str, start: Position, end: Position, **params: object) -> Diagnostic:
    """Make the diagnostic ``code`` of the catalogue; long params are cut, credentials masked."""
    severity, template = CATALOGUE[code]
    shown = {key: _presentable(value) for key, value in params.items()}
    return Diagnostic(
        code=code,
        severity=severity,
        message=template.format_map(shown),
        start=start,
        end=end,
        params=shown,
    )


def as_builtins(diagnostic: Diagnostic) -> dict[str, Any]:
    """The JSON form of a diagnostic, as ``details`` of errors carries it."""
    built: dict[str, Any] = msgspec.to_builtins(diagnostic)
    return built


def _presentable(value: object) -> str:
    text = without_credentials(str(value))
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: _MAX_PARAM + 1])
    return shown if len(text) <= _MAX_PARAM else shown[:_MAX_PARAM] + "…"
