"""Diagnostics: what a reader of an ``environment.yml`` is told, and where in the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from .catalogue import CATALOGUE
from .fixes import Fix, Repair, make_fix, presentable
from .lines import Lines, Position

Severity = Literal["error", "warning", "note"]

# A file may hold thousands of wrong lines; nobody reads more than a screenful.
MAX_DIAGNOSTICS = 1000


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
    fix: Fix | None = None


class Found(NamedTuple):
    """A diagnostic with the offset at which it begins, before it has a fix."""

    diagnostic: Diagnostic
    start: int


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
        self._found: list[Found] = []
        self.has_error = False

    def add(self, code: str, at: Span, **params: object) -> None:
        """Record ``code`` of the catalogue for the range of ``at``."""
        self.add_range(code, at.start, at.end, **params)

    def add_range(self, code: str, start: int, end: int, **params: object) -> None:
        """Record ``code`` of the catalogue for a range of offsets."""
        first, last = self.lines.position(start), self.lines.position(max(start, end))
        self._add(diagnose(code, first, last, **params), start)

    def add_positions(self, code: str, start: Position, end: Position, **params: object) -> None:
        """Record ``code`` of the catalogue for a range that is already known."""
        self._add(diagnose(code, start, end, **params), 0)

    def _add(self, diagnostic: Diagnostic, start: int) -> None:
        is_error = diagnostic.severity == "error"
        if len(self._found) < MAX_DIAGNOSTICS or (is_error and not self.has_error):
            self._found.append(Found(diagnostic, start))
        self.has_error = self.has_error or is_error

    def in_order(self) -> tuple[Diagnostic, ...]:
        """All that was recorded, in the order of the file."""
        return tuple(found.diagnostic for found in self._sorted())

    def with_fixes(self, repair: Callable[[Found], Repair | None]) -> tuple[Diagnostic, ...]:
        """The same, each with its fix where there is one."""
        return tuple(self._fixed(found, repair(found)) for found in self._sorted())

    def _sorted(self) -> list[Found]:
        return sorted(self._found, key=_place)

    def _fixed(self, found: Found, repair: Repair | None) -> Diagnostic:
        fix = None if repair is None else make_fix(self.lines, repair)
        if fix is None:
            return found.diagnostic
        return msgspec.structs.replace(found.diagnostic, fix=fix)


def _place(found: Found) -> tuple[int, int]:
    start = found.diagnostic.start
    return start.line, start.column


def diagnose(code: str, start: Position, end: Position, **params: object) -> Diagnostic:
    """Make the diagnostic ``code`` of the catalogue; long params are cut, credentials masked."""
    severity, template = CATALOGUE[code]
    shown = {key: presentable(value) for key, value in params.items()}
    return Diagnostic(
        code=code,
        severity=severity,
        message=template.format_map(shown),
        start=start,
        end=end,
        params=shown,
    )


def as_builtins(diagnostic: Diagnostic) -> dict[str, Any]:
    """The JSON form of a diagnostic, as ``details`` of errors carries it: without its fix,
    whose edits repeat lines of the file."""
    built: dict[str, Any] = msgspec.to_builtins(diagnostic)
    del built["fix"]
    return built
