"""Repairs of texts that are not YAML; each is tried before it is offered."""

from __future__ import annotations

import re
from collections.abc import Callable

from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.lines import Lines
from jupyter_envs.spec.splice import Change

_TIGHT_DASH = re.compile(r"[ ]*-(?=[A-Za-z][\w.=<>]*)")
_LEADING = re.compile(r"[ \t]*(?:-[ \t]+)?")
_ITEM = re.compile(r"[ ]*-(?:[ ]|$)")
_DEEPER = 2


def tabs(found: Found, lines: Lines) -> Repair | None:
    """Two spaces for each tab in front of a line's text; one behind a dash."""
    changes = []
    for number, start in enumerate(lines.starts(), 1):
        leading = _LEADING.match(lines.line(number))
        if leading and "\t" in leading[0]:
            before, dash, _ = leading[0].partition("-")
            spaces = before.replace("\t", "  ") + ("- " if dash else "")
            changes.append(Change(start, start + leading.end(), spaces))
    return Repair("replace_tabs", tuple(changes))


def colon(found: Found, lines: Lines) -> Repair | None:
    """A space behind the colon."""
    after = lines.offset(found.diagnostic.end) + 1
    return Repair("add_space", (Change(after, after, " "),))


def dashes(found: Found, lines: Lines) -> Repair | None:
    """A space behind this dash and those of the lines around it."""
    first = found.diagnostic.start.line
    while first > 1 and _TIGHT_DASH.match(lines.line(first - 1)):
        first -= 1
    changes = []
    while tight := _TIGHT_DASH.match(lines.line(first)):
        place = lines.start_of(first) + tight.end()
        changes.append(Change(place, place, " "))
        first += 1
    return Repair("add_space", tuple(changes)) if changes else None


def hidden(found: Found, lines: Lines) -> Repair | None:
    """The text without the invisible character; without a space for one that breaks lines."""
    start, end = found.start, lines.offset(found.diagnostic.end)
    new = " " if lines.text[start:end] in ("\x85", "\u2028", "\u2029") else ""
    return Repair("remove", (Change(start, end, new),), found.diagnostic.params["character"])


def pip_lines(found: Found, lines: Lines) -> Repair | None:
    """Bring ``- pip:`` in line with the list above it, or its lines below it."""
    number = found.diagnostic.start.line
    indent = _indent(lines.line(number))
    above = _neighbour(lines, number, -1)
    if above is not None and above < indent:
        last = _last_below(lines, number, indent)
        return Repair("indent_pip", _shift(lines, number, last, above - indent))
    below = _neighbour(lines, number, 1)
    if below is None or below > indent:
        return None
    last = number + 1
    while _belongs(lines.line(last + 1), below):
        last += 1
    return Repair("indent_pip", _shift(lines, number + 1, last, indent + _DEEPER - below))


def _neighbour(lines: Lines, number: int, step: int) -> int | None:
    """The indentation of the next item above or below; None where no item is the neighbour."""
    number += step
    while 0 < number <= lines.count and not lines.line(number).strip():
        number += step
    text = lines.line(number)
    return _indent(text) if _ITEM.match(text) else None


def _last_below(lines: Lines, number: int, indent: int) -> int:
    last = number
    while lines.line(last + 1).strip() and _indent(lines.line(last + 1)) > indent:
        last += 1
    return last


def _belongs(text: str, indent: int) -> bool:
    return _indent(text) == indent and bool(_ITEM.match(text) or text.lstrip().startswith("#"))


def _shift(lines: Lines, first: int, last: int, by: int) -> tuple[Change, ...]:
    starts = [lines.start_of(number) for number in range(first, last + 1)]
    if by > 0:
        return tuple(Change(start, start, " " * by) for start in starts)
    return tuple(Change(start, start - by, "") for start in starts)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


TABLE: dict[str, Callable[[Found, Lines], Repair | None]] = {
    "colon_needs_space": colon,
    "control_character": hidden,
    "dash_needs_space": dashes,
    "pip_indentation": pip_lines,
    "tab_indentation": tabs,
}
