"""Changes of a text at known places: every other byte of the file stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from .encoding import Encoding, decode
from .lines import Lines, Position


class TextEdit(msgspec.Struct, frozen=True, kw_only=True):
    """Put ``text`` in the place of what stands from ``start`` up to, not including, ``end``."""

    start: Position
    end: Position
    text: str


class Change(NamedTuple):
    """The same as TextEdit, with offsets in characters."""

    start: int
    end: int
    text: str


def as_edit(lines: Lines, change: Change) -> TextEdit:
    """A change as lines and columns, for people and editors."""
    return TextEdit(
        start=lines.position(change.start), end=lines.position(change.end), text=change.text
    )


def as_change(lines: Lines, edit: TextEdit) -> Change:
    """An edit as offsets."""
    return Change(lines.offset(edit.start), lines.offset(edit.end), edit.text)


def change_text(text: str, changes: Iterable[Change]) -> str:
    """``text`` with all changes, whose offsets are those of ``text`` as it is given.

    Insertions at one place keep the order they are given in. Raises ValueError where two changes
    overlap.
    """
    parts: list[str] = []
    done = 0
    # An insertion comes before a change of what stands behind it, whichever was given first.
    for start, end, new in sorted(changes, key=lambda change: (change.start, change.end)):
        if start < done or end < start or end > len(text):
            raise ValueError(f"The changes overlap at character {start}.")
        parts += (text[done:start], new)
        done = end
    return "".join((*parts, text[done:]))


def apply_edits(data: bytes, edits: Iterable[TextEdit]) -> bytes:
    """A file's bytes with all edits; byte order mark, encoding and line endings stay.

    Raises NotTextError for bytes that are no text, ValueError where edits overlap.
    """
    decoded = decode(data)
    lines = Lines(decoded.text)
    text = change_text(decoded.text, (as_change(lines, edit) for edit in edits))
    return encode(text, decoded.encoding, decoded.bom)


def encode(text: str, encoding: Encoding, bom: bytes) -> bytes:
    """A text as bytes, as the file had them."""
    return bom + text.encode(encoding)
