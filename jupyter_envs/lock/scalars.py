"""Text as a YAML scalar that every reader, of YAML 1.1 and 1.2, takes for that very text."""

from __future__ import annotations

import re

# Begins with a letter: only these words are anything but text
# (yaml.org/type/bool.html, yaml.org/type/null.html; the YAML 1.2 core schema knows fewer).
_WORD = re.compile(r"[A-Za-z_/][A-Za-z0-9_./+@%=-]*(?::[A-Za-z0-9_./+@%=-]+)*")
_WORDS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"})

# Begins with a digit: two dots or more are a version in both schemas, and no notation of a
# number, date or time without ':' has any of these letters (0x.. has, so it is left out).
_VERSION = re.compile(r"\d+(?:\.\d+){2,}")
_DIGITS_AND_LETTERS = re.compile(
    r"(?!0x)\d[0-9a-z._+-]*[cdghj-mp-w][0-9a-z._+-]*", re.IGNORECASE | re.ASCII
)


def scalar(text: str) -> str:
    """``text`` plain where that is safe, else in single quotes; it must be printable."""
    if _WORD.fullmatch(text):
        if text.lower() not in _WORDS_OF_YAML:
            return text
    elif _VERSION.fullmatch(text) or _DIGITS_AND_LETTERS.fullmatch(text):
        return text
    return "'" + text.replace("'", "''") + "'"
