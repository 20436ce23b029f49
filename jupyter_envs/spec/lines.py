"""Offsets in a text, and the lines and columns that people and editors count in."""

from __future__ import annotations

import re
from bisect import bisect_right

import msgspec

# The breaks editors know. YAML parsers know others too, so of their marks only offsets are used.
_BREAK = re.compile(r"\r\n|\r|\n")


class Position(msgspec.Struct, frozen=True, order=True):
    """A place in a file: line and column, both from 1, counted in characters."""

    line: int
    column: int


class Lines:
    """A text with the starts of its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def position(self, offset: int) -> Position:
        """Line and column of an offset; one outside the text is moved to its nearest end."""
        inside = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, inside)
        return Position(line, inside - self._starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Offset of a position; one outside the text is moved to its nearest end."""
        return min(self.start_of(position.line) + position.column - 1, len(self.text))

    def span_of(self, offset: int) -> tuple[int, int]:
        """Where the line of an offset begins, and where it ends before its break."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        return start, start + len(self.line(line))

    def next_start(self, offset: int) -> int:
        """Where the line after that of an offset begins; the text's end if there is none."""
        line = bisect_right(self._starts, offset)
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def starts(self) -> tuple[int, ...]:
        """Offset of the first character of each line."""
        return tuple(self._starts)

    @property
    def count(self) -> int:
        """How many lines there are; the last one may be empty."""
        return len(self._starts)

    @property
    def line_break(self) -> str:
        """The break of the first line, which new lines take; ``\\n`` where there is none."""
        found = _BREAK.search(self.text)
        return found[0] if found else "\n"

    def start_of(self, line: int) -> int:
        """Offset of the first character of a line, counted from 1."""
        return self._starts[min(max(line, 1), len(self._starts)) - 1]

    def line(self, number: int) -> str:
        """Text of a line counted from 1, without its break; empty for a line that is not there."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[self._starts[number - 1] : end].rstrip("\r\n")
