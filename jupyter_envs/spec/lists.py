"""Where lines of lists are put in, changed and taken out, as their neighbours are written.

Nothing here changes a text: the functions say which changes would, and None where the list is
written in a form that is not safe to change.
"""

from __future__ import annotations

import re
from typing import TypeVar

import yaml

from .lines import Lines
from .splice import Change
from .tree import Mapping, Node, RefusedError, Scalar, Sequence, build

# An anchor or a tag in front of a value stays: other lines may refer to it.
_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)*")
# Needs no quotes anywhere; other texts are tried.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.+=<>!-]*")
_BLANK = re.compile(r"[ ]*")
_COMMON_INDENT = "  "

Found = TypeVar("Found")


class NotEditableError(Exception):
    """A list is written in a form that is not safe to change."""


def sure(found: Found | None) -> Found:
    """What was found. Raises NotEditableError where nothing was."""
    if found is None:
        raise NotEditableError
    return found


def quoted(text: str, *, flow: bool) -> str:
    """A text as a YAML value, in quotes only where it would be read as something else."""
    if _PLAIN.fullmatch(text) and text.lower() != "null":
        return text
    if _reads_as(text, text, flow=flow):
        return text
    single = "'" + text.replace("'", "''") + "'"
    return single if _reads_as(single, text, flow=flow) else _double(text)


def _double(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def _reads_as(written: str, text: str, *, flow: bool) -> bool:
    if "\n" in written or "\r" in written:
        return False
    probe = f"[{written}]" if flow else f"- {written}"
    try:
        root = build(yaml.parse(probe, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, RefusedError, UnicodeError):
        return False
    if not isinstance(root, Sequence) or len(root.items) != 1:
        return False
    item = root.items[0]
    whole = item.end == len(probe) - flow
    return (
        isinstance(item, Scalar)
        and item.text == text
        and whole
        and not (item.is_null or item.is_number)
    )


def trimmed_end(lines: Lines, node: Node) -> int:
    """Where a node's last character stands; a block text ends for YAML at the next token."""
    end = node.end
    while end > node.start and lines.text[end - 1] in " \t\r\n":
        end -= 1
    return end


def value_start(lines: Lines, node: Node) -> int:
    """Where a value begins behind its anchor and tag."""
    found = _PROPERTIES.match(lines.text, node.start, node.end)
    return found.end() if found else node.start


def replace(lines: Lines, node: Node, text: str, *, flow: bool) -> Change:
    """``text`` in the place of a value; the comment behind it stays."""
    return Change(value_start(lines, node), trimmed_end(lines, node), quoted(text, flow=flow))


def dash_of(lines: Lines, item: Node) -> int | None:
    """The offset of an item's dash, where the dash is the first thing on its line."""
    place = item.start - 1
    while place >= 0 and lines.text[place] in " \t\r\n":
        place -= 1
    if place < 0 or lines.text[place] != "-":
        return None
    start, _ = lines.span_of(place)
    return place if _BLANK.fullmatch(lines.text, start, place) else None


def indent_of(lines: Lines, offset: int) -> str:
    """The spaces in front of what stands at an offset."""
    start, _ = lines.span_of(offset)
    return lines.text[start:offset]


def whole_lines(lines: Lines, start: int, end: int) -> Change:
    """Take out the lines from that of ``start`` to that of ``end``, with their breaks.

    The last line of a file without a final break takes the break before it along.
    """
    first, _ = lines.span_of(start)
    after = lines.next_start(max(start, end))
    if after == len(lines.text) and first > 0 and lines.text[-1:] not in ("\n", "\r"):
        before, _ = lines.span_of(first - 1)
        return Change(before + len(lines.line(lines.position(before).line)), after, "")
    return Change(first, after, "")


def remove_item(lines: Lines, sequence: Sequence, index: int) -> Change | None:
    """Take an item out with the comment behind it; the last one of a list leaves ``[]``."""
    item = sequence.items[index]
    if sequence.flow:
        return _remove_from_flow(lines, sequence, index)
    dash = dash_of(lines, item)
    if dash is None:
        return None
    if len(sequence.items) == 1:
        return _emptied(lines, dash, item)
    return whole_lines(lines, dash, trimmed_end(lines, item))


def _emptied(lines: Lines, dash: int, item: Node) -> Change:
    start, _ = lines.span_of(dash)
    _, end = lines.span_of(trimmed_end(lines, item))
    indent = lines.text[start:dash] or _COMMON_INDENT
    return Change(start, end, f"{indent}[]")


def _remove_from_flow(lines: Lines, sequence: Sequence, index: int) -> Change | None:
    items = sequence.items
    if len(items) == 1:
        inside = lines.text[sequence.start : sequence.end]
        if not (inside.startswith("[") and inside.endswith("]")):
            return None  # an alias, or a list with an anchor
        return Change(sequence.start, sequence.end, "[]")
    if index + 1 < len(items):
        return Change(items[index].start, items[index + 1].start, "")
    return Change(items[index - 1].end, items[index].end, "")


def add_items(lines: Lines, sequence: Sequence, after: int, texts: list[str]) -> Change | None:
    """Put items behind the item ``after``; -1 puts them in front of all."""
    if sequence.flow:
        return _add_to_flow(lines, sequence, after, texts)
    if not sequence.items:
        return None
    model = sequence.items[max(after, 0)]
    dash = dash_of(lines, model)
    if dash is None:
        return None
    indent = indent_of(lines, dash)
    written = [f"{indent}- {quoted(text, flow=False)}" for text in texts]
    if after < 0:
        start, _ = lines.span_of(dash)
        return Change(start, start, "".join(line + lines.line_break for line in written))
    _, end = lines.span_of(trimmed_end(lines, model))
    return Change(end, end, "".join(lines.line_break + line for line in written))


def _add_to_flow(lines: Lines, sequence: Sequence, after: int, texts: list[str]) -> Change | None:
    written = ", ".join(quoted(text, flow=True) for text in texts)
    if not sequence.items:
        if lines.text[sequence.start : sequence.start + 1] != "[":
            return None
        return Change(sequence.start, sequence.end, f"[{written}]")
    if after < 0:
        start = sequence.items[0].start
        return Change(start, start, f"{written}, ")
    end = sequence.items[after].end
    return Change(end, end, f", {written}")


def remove_pair(lines: Lines, mapping: Mapping, index: int) -> Change | None:
    """Take a key and its value out of a block mapping."""
    key, value = mapping.pairs[index]
    if mapping.flow or not _BLANK.fullmatch(indent_of(lines, key.start)):
        return None
    return whole_lines(lines, key.start, max(trimmed_end(lines, value), key.end))
