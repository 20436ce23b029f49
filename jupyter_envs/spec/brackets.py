"""The brackets of a conda dependency: ``name[version=">=1", build=x*]`` and ``name[extra]``.

Source of the keys: CEP 29, with ``extras`` of CEP 44, and ``when`` and ``flags`` that newer
solvers read.
"""

from __future__ import annotations

import re

import msgspec

from .malformed import MalformedError

_KEYS = frozenset((
    "build", "build_number", "channel", "extras", "features", "file_name", "flags", "fn",
    "license", "license_family", "md5", "sha256", "subdir", "track_features", "url", "version",
    "when",
))  # fmt: skip
_KEY_VALUE = re.compile(r"\s*(?P<key>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*\S)\s*")
_EXTRA = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_CHECKED = {
    "md5": re.compile(r"[0-9a-fA-F]{32}"),
    "sha256": re.compile(r"[0-9a-fA-F]{64}"),
    "build_number": re.compile(r"(?:[<>=!]=?|~=)? *[0-9]{1,9}"),
}


class Brackets(msgspec.Struct, frozen=True, kw_only=True):
    """Either keys with values, or names of extras, or nothing."""

    fields: dict[str, str] = {}
    extras: tuple[str, ...] = ()


def split_brackets(spec: str) -> tuple[str, str, str]:
    """The text before the first bracket, inside, and after its closing one.

    Raises MalformedError.
    """
    start = spec.find("[")
    if start < 0:
        if "]" in spec:
            raise MalformedError("match_spec_brackets_open")
        return spec, "", ""
    end = next((i for i, depth in _depths(spec, start) if depth == 0), None)
    if end is None:
        raise MalformedError("match_spec_brackets_open")
    tail = spec[end + 1 :]
    if "[" in tail or "]" in tail:
        raise MalformedError("match_spec_brackets_open")
    return spec[:start].rstrip(" "), spec[start + 1 : end], tail.rstrip(" ")


def parse_brackets(content: str) -> Brackets:
    """Read what stands between the brackets. Raises MalformedError."""
    if not content.strip():
        return Brackets()
    parts = _parts(content)
    if all(_EXTRA.fullmatch(part.strip()) for part in parts):
        return Brackets(extras=tuple(part.strip() for part in parts))
    return Brackets(fields=dict(_field(part, content) for part in parts))


def _field(part: str, content: str) -> tuple[str, str]:
    match = _KEY_VALUE.fullmatch(part)
    if match is None or match["key"] not in _KEYS:
        key = match["key"] if match else part.strip()
        raise MalformedError("match_spec_brackets", content=content, key=key)
    key, value = match["key"], match["value"]
    if value[0] in "\"'" and value[-1] == value[0] and len(value) > 1:
        value = value[1:-1]
    pattern = _CHECKED.get(key)
    if pattern is not None and not pattern.fullmatch(value):
        raise MalformedError("match_spec_brackets", content=content, key=f"{key}={value}")
    return key, value


def _parts(content: str) -> list[str]:
    """Split at the commas that are in no quotes and no inner brackets."""
    cuts = [-1, *(i for i, depth in _depths(content, 0) if depth == 0 and content[i] == ",")]
    return [content[a + 1 : b] for a, b in zip(cuts, [*cuts[1:], len(content)], strict=True)]


def _depths(text: str, start: int) -> list[tuple[int, int]]:
    """For each character outside quotes: its index, and the bracket depth after it."""
    depth, quote, found = 0, "", []
    for index in range(start, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
            continue
        if character in "\"'":
            quote = character
            continue
        depth += (character == "[") - (character == "]")
        found.append((index, depth))
    return found
