"""Platform selectors, ``# [win]`` and ``sel(win):``, which few tools evaluate (CEP 24)."""

from __future__ import annotations

import re

from .diagnostics import Findings
from .tree import Scalar

_COMMENT = re.compile(r"\s*#.*?\[(?P<selector>[^\[\]]{1,80})\]")
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
    rest = findings.lines.rest(item.end)
    if "[" not in rest:
        return
    match = _COMMENT.match(rest)
    if match and _is_selector(match["selector"]):
        start = item.end + match.start("selector") - 1
        end = item.end + match.end("selector") + 1
        findings.add_range("selector_comment", start, end, selector=match["selector"])


def _is_selector(text: str) -> bool:
    left, count = _WORD.subn("", text)
    return count > 0 and _JOINED.fullmatch(left) is not None
