"""Bytes to text: UTF-8, and UTF-16 as PowerShell's ``>`` writes it."""

from __future__ import annotations

import codecs
from typing import Literal

import msgspec

from .lines import Lines, Position

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be"]

_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """A text and how its bytes stood for it; ``bom`` is the mark that was taken off."""

    text: str
    encoding: Encoding
    bom: bytes


class NotTextError(Exception):
    """Bytes that are not text in a known encoding, with the place of the first wrong one."""

    def __init__(self, encoding: Encoding, byte: int, at: Position) -> None:
        self.encoding = encoding
        self.byte = byte
        self.at = at
        super().__init__(encoding, byte, at)


def decode(data: bytes) -> Decoded:
    """Decode a file: by its byte order mark, else as UTF-8, else UTF-16 known by its NULs.

    Raises NotTextError.
    """
    bom, encoding = _marked(data) or (b"", _guess(data))
    body = data[len(bom) :]
    try:
        return Decoded(text=body.decode(encoding), encoding=encoding, bom=bom)
    except UnicodeDecodeError as error:
        before = Lines(body[: error.start].decode(encoding, errors="replace"))
        at = before.position(len(before.text))
        raise NotTextError(encoding, body[error.start], at) from error


def text_of(data: bytes) -> str:
    """A file's text, for people to look at: what is no text in it is shown as such."""
    try:
        return decode(data).text
    except NotTextError as error:
        return data.decode(error.encoding, errors="replace")


def _marked(data: bytes) -> tuple[bytes, Encoding] | None:
    return next(((bom, name) for bom, name in _MARKS if data.startswith(bom)), None)


def _guess(data: bytes) -> Encoding:
    """ASCII text in UTF-16 has a NUL in every second byte, which no UTF-8 text has."""
    sample = data[:1000]
    half = len(sample) // 2
    if half == 0 or len(data) % 2:
        return "utf-8"
    if sample[1::2].count(0) > 0.8 * half and 0 not in sample[0::2]:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.8 * half and 0 not in sample[1::2]:
        return "utf-16-be"
    return "utf-8"
