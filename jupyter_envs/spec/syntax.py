"""Say in plain words why a text is not YAML.

Parsers name what they expected; people want to know what they typed wrong. The usual causes are
looked for in the text around the place where the parser gave up; else its own words are given.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from .lines import Lines
from .tree import RefusedError

_TAB = re.compile(r"[ ]*(?:-[ ]*)?(?P<tab>\t)")
_CONFLICT = re.compile(r"(?P<marker><{7}|={7}|>{7}|\|{7})(?:[ ]|$)")
_JINJA = re.compile(r"\{\{.{0,60}?(?:\}\}|$)|\{%.{0,60}?(?:%\}|$)")
_PIP_KEY = re.compile(r"[ ]*(?:-[ ]+)?(?P<key>pip)[ ]*:[ ]*(?:#.*)?$")
_TIGHT_KEY = re.compile(
    r"(?P<key>name|channels|dependencies|prefix|platforms|variables):(?P<rest>[^\s:/][^:]*)$"
)
_TIGHT_DASH = re.compile(r"[ ]*(?P<text>-[A-Za-z][\w.=<>]*)")
_ITEM = re.compile(r"[ ]*(?:-|#|$)")

# How far above the parser's place the cause may be.
_NEAR = 3


def explain(lines: Lines, error: yaml.YAMLError) -> RefusedError:
    """The likely cause of a parser's error and its place."""
    offset = _offset(error)
    number = lines.position(offset).line
    for cause in _CAUSES:
        refused = cause(lines, number)
        if refused is not None:
            return refused
    return RefusedError("yaml_syntax", offset, offset, problem=_words(error))


def find_jinja(text: str) -> str | None:
    """The first template expression in ``text``, or None."""
    match = _JINJA.search(text)
    return match[0] if match else None


def _offset(error: yaml.YAMLError) -> int:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return mark.index if mark is not None else 0
    return int(getattr(error, "position", 0) or 0)


def _words(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        said = [part for part in (error.context, error.problem) if part]
        return ", ".join(said) or "it cannot be parsed"
    return str(getattr(error, "reason", "") or "it cannot be parsed")


def _tab(lines: Lines, number: int) -> RefusedError | None:
    return _search(lines, number, _TAB, "tab", "tab_indentation")


def _conflict(lines: Lines, number: int) -> RefusedError | None:
    return _search(lines, number + 1, _CONFLICT, "marker", "merge_conflict", reach=number + 1)


def _tight_key(lines: Lines, number: int) -> RefusedError | None:
    return _search(lines, number, _TIGHT_KEY, "key", "colon_needs_space")


def _tight_dash(lines: Lines, number: int) -> RefusedError | None:
    return _search(lines, number, _TIGHT_DASH, "text", "dash_needs_space")


def _jinja(lines: Lines, number: int) -> RefusedError | None:
    for candidate in range(number, max(number - _NEAR, 0), -1):
        text = lines.line(candidate).split(" #", 1)[0]
        match = None if text.startswith("#") else _JINJA.search(text)
        if match:
            start = lines.start_of(candidate) + match.start()
            return RefusedError("jinja", start, start + len(match[0]), text=match[0])
    return None


def _pip(lines: Lines, number: int) -> RefusedError | None:
    """A ``pip:`` line above the error with nothing but items between, or on its own line."""
    for candidate in range(number, 0, -1):
        text = lines.line(candidate)
        match = _PIP_KEY.match(text)
        if match:
            start = lines.start_of(candidate)
            return RefusedError("pip_indentation", start + match.start("key"), start + len(text))
        if candidate != number and not _ITEM.match(text):
            return None
    return None


def _search(
    lines: Lines, number: int, pattern: re.Pattern[str], group: str, code: str, reach: int = _NEAR
) -> RefusedError | None:
    """The first line of the ``reach`` lines up to ``number`` where the pattern matches."""
    for candidate in range(max(number - reach + 1, 1), number + 1):
        match = pattern.match(lines.line(candidate))
        if match:
            start = lines.start_of(candidate)
            return RefusedError(
                code, start + match.start(group), start + match.end(group), **{group: match[group]}
            )
    return None


_CAUSES: tuple[Callable[[Lines, int], RefusedError | None], ...] = (
    _conflict, _tab, _jinja, _pip, _tight_key, _tight_dash,
)  # fmt: skip
