"""A full disk in the words of the engines, which tell no error numbers."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.errors import NoSpace, no_space

_FULL = "no space left on device"
_QUOTA = "quota exceeded"


def full_disk(text: str, *places: Path) -> NoSpace | None:
    """The error where ``text`` speaks of a full disk; of the places where the engine was writing
    it is the one that the text names, else the first."""
    said = text.lower()
    if _FULL not in said and _QUOTA not in said:
        return None
    named = [place for place in places if str(place) in text]
    return no_space((named or list(places))[0], quota=_QUOTA in said)
