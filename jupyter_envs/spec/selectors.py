"""Platform selectors, ``# [win]`` and ``sel(win):``, which few tools evaluate (CEP 24)."""

from __future__ import annotations

import re

from .diagnostics import Findings
from .tree import Scalar

_COMMENT = re.compile(r"[ \t]*#[^\r\n]*?\[(?P<selector>[^\[\]\r\n]{1,80})\]")
_KEY = re.compile(r"sel\(.*\)")
# The words of conda-build's selectors; other text in brackets is an ordinary comment.
_WORD = re.compile(
    r"\b(?:not )?(?:unix|linux(?:32|64)?|win(?:32|64)?|osx(?:64)?|arm64|aarch64|x86(?:_64)?|ppc64le"
    r"|s390x|emscripten|wasi|py[23]k|py *[<>=!]+ *[0-9]+)\b"
)
_JOINED = re.compile(r"(?:and|or|not|[()\s])*")


def is_selector_key(key: str) -> bool:
    """Whether a key is ``sel(...)``."""
    return _KEY.fullmatch(key.strip()) is not None


def note_selector(item: Scalar, findings: Findings) -> None:
    """Warn about a selector in the comment after an item."""
    match = _COMMENT.match(findings.lines.text, item.end)
    if match and _is_selector(match["selector"]):
        start, end = match.span("selector")
        findings.add_range("selector_comment", start - 1, end + 1, selector=match["selector"])


def _is_selector(text: str) -> bool:
    left, count = _WORD.subn("", text)
    return count > 0 and _JOINED.fullmatch(left) is not None
