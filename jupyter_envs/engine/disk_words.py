"""A full or failing disk in the words of the engines, which tell no error numbers."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from jupyter_envs.errors import EnvsError, disk_error

_WORDS = {
    os.strerror(number).lower(): number
    for number in (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.ESTALE,
        errno.EIO,
        errno.ENOLCK,
        errno.EROFS,
    )
}


def disk_trouble(text: str, *places: Path) -> EnvsError | None:
    """The error where ``text`` speaks of a disk; of the places where the engine was writing it is
    the one that the text names, else the first."""
    said = text.lower()
    number = next((number for words, number in _WORDS.items() if words in said), None)
    if number is None:
        return None
    named = [place for place in places if str(place) in text]
    return disk_error(OSError(number, os.strerror(number)), (named or list(places))[0])
