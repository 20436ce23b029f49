"""Bytes of a file to its positioned node tree, within fixed limits of size and time."""

from __future__ import annotations

import re
from typing import NoReturn

import msgspec
import yaml

from .diagnostics import Findings
from .encoding import Encoding, NotTextError, decode
from .lines import Lines, Position
from .syntax import explain
from .tree import Node, RefusedError, build

MAX_BYTES = 1_000_000

# The Python parser tells more about an error, at a fiftieth of the speed of the C one.
_MAX_EXPLAINED = 64_000

# What YAML 1.1 allows as characters of a stream (its production c-printable), inverted. The line
# breaks that only YAML 1.1 knows (U+0085, U+2028, U+2029) are left out: they end a comment for some
# tools and not for others, and no editor shows them.
_NOT_YAML = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff"
)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A file as text and tree; offsets of nodes count characters of ``lines.text``.

    ``encoding`` and ``bom`` are what an editor needs to write the text back byte for byte.
    """

    lines: Lines
    root: Node
    encoding: Encoding
    bom: bytes


def read_document(data: bytes) -> tuple[Document | None, Findings]:
    """Decode and parse. Without a document the findings hold the error that prevented it."""
    if len(data) > MAX_BYTES:
        findings = Findings(Lines(""))
        findings.add_range("file_too_large", 0, 0, size=len(data), limit=MAX_BYTES)
        return None, findings
    try:
        decoded = decode(data)
    except NotTextError as error:
        return None, _not_text(error)
    lines = Lines(decoded.text)
    findings = Findings(lines)
    try:
        root = _tree(lines)
    except RefusedError as refused:
        findings.add_range(refused.code, refused.start, refused.end, **refused.params)
        return None, findings
    if decoded.encoding != "utf-8":
        findings.add_positions("encoding_utf16", Position(1, 1), Position(1, 1))
    return Document(lines=lines, root=root, encoding=decoded.encoding, bom=decoded.bom), findings


def _not_text(error: NotTextError) -> Findings:
    findings = Findings(Lines(""))
    findings.add_positions(
        "encoding_unknown", error.at, error.at, encoding=error.encoding.upper(),
        byte=f"0x{error.byte:02x}",
    )  # fmt: skip
    return findings


def _tree(lines: Lines) -> Node:
    wrong = _NOT_YAML.search(lines.text)
    if wrong:
        raise RefusedError(
            "control_character", wrong.start(), wrong.end(), character=f"U+{ord(wrong[0]):04X}"
        )
    try:
        root = build(yaml.parse(lines.text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        _explain_failure(lines, error)
    if root is None:
        raise RefusedError("file_empty", 0, 0)
    return root


def _explain_failure(lines: Lines, error: yaml.YAMLError) -> NoReturn:
    if len(lines.text) <= _MAX_EXPLAINED:
        try:
            build(yaml.parse(lines.text, Loader=yaml.SafeLoader))
        except yaml.YAMLError as told:
            raise explain(lines, told) from told
    raise explain(lines, error) from error
