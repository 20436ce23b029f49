"""Requirements files, as ``-r`` and ``-c`` in a pip section name them: their logical lines.

Source: pip's documentation, "Requirements File Format". Nothing is opened here.
"""

from __future__ import annotations

import re

from .encoding import NotTextError, decode

_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_NAMES_FILE = re.compile(
    r"(?:(?P<requirement>-r|--requirement)|-c|--constraint)"
    r"(?:[ =]\s*|(?<=-[rc])(?=[^ -]))(?P<path>\S.*)"
)


def requirement_lines(data: bytes) -> tuple[str, ...]:
    """The lines of a requirements file: joined where ``\\`` goes on, without comments.

    Raises ValueError for bytes that are no text.
    """
    try:
        text = decode(data).text
    except NotTextError as error:
        raise ValueError("it is not text") from error
    lines: list[str] = []
    going_on = ""
    for line in text.splitlines():
        # A comment ends a line that goes on, as in pip.
        part = "" if line.lstrip().startswith("#") else line
        if part.endswith("\\"):
            going_on += part[:-1]
            continue
        whole = _COMMENT.sub("", going_on + part).strip()
        going_on = ""
        if whole:
            lines.append(" ".join(whole.split()))
    if rest := _COMMENT.sub("", going_on).strip():
        lines.append(" ".join(rest.split()))
    return tuple(lines)


def file_in_line(text: str) -> tuple[bool, str] | None:
    """Whether a pip line names a file of constraints, and the file; None where it names none."""
    found = _NAMES_FILE.match(_COMMENT.sub("", text.strip()))
    if found is None:
        return None
    return found["requirement"] is None, found["path"].strip().strip("'\"")
