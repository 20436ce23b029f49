"""What uv says when it fails, as one sentence: its own comes as a chain of causes, drawn."""

from __future__ import annotations

import re

# Each link of the chain begins with one of these; they differ between versions of uv.
_LINK = re.compile(r"^\s*(?:error:|cause:|Caused by:|[×├╰]─*▶?)\s*", re.MULTILINE)  # noqa: RUF001 - uv draws with these
_FRAME = re.compile(r"^[\s│]+")
_ERRNO = re.compile(r" \(os error \d+\)$")
_CONCLUSION = ", we can conclude that your requirements are unsatisfiable"
# A program that uv called, with all that it wrote; its first complaint is the reason.
_OF_GIT = re.compile(r"--- stderr.*?(?:fatal|error): ([^\n]+)", re.DOTALL)
_MISMATCH = re.compile(r"Hash mismatch for `([^`]+)`.*?sha256:(\w+).*?sha256:(\w+)", re.DOTALL)


def explain_uv(stderr: str) -> str:
    """The reason in uv's words: the resolver's, where it speaks, else first and last cause."""
    causes = [cause for text in _LINK.split(stderr) if (cause := _joined(text))]
    if not causes:
        return ""
    for cause in causes:
        if cause.startswith("Because "):
            return _resolution(cause)
    first, last = causes[0], _ERRNO.sub("", causes[-1])
    return first if first == last else f"{first} ({last})"


def hash_mismatch(stderr: str) -> tuple[str, str, str] | None:
    """Package, expected and found sha256, where that is why uv failed."""
    found = _MISMATCH.search(stderr)
    return None if found is None else (found[1], found[2], found[3])


def _joined(text: str) -> str:
    if (said := _OF_GIT.search(text)) is not None:
        return f"git says: {said[1].strip().rstrip('.')}"
    lines = (_FRAME.sub("", line).strip() for line in text.splitlines())
    return " ".join(line for line in lines if line).rstrip(".:")


def _resolution(text: str) -> str:
    """A proof as one clause: that it ends in "unsatisfiable" goes without saying."""
    text = re.split(r"\s*(?:hint|help): ", text)[0].rstrip(".").removesuffix(_CONCLUSION)
    steps = text.split(". And because ")
    if len(steps) == 1:
        return text.removeprefix("Because ")
    return "b" + ", and ".join(steps)[1:].replace(", we can conclude that ", ", ")
