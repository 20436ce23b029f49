"""Moments as people write them: in this machine's time zone unless they say another."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

import msgspec

from jupyter_envs.errors import TimeInvalid

#: What can be wrong with a time on the day that the clocks are changed.
ClockNote = Literal["ambiguous", "skipped"]


class Moment(msgspec.Struct, frozen=True):
    """A moment with its offset. ``note``: a local time that was there twice (the earlier one is
    meant, ``other`` is the later one) or that was skipped (``at`` is what the clocks showed)."""

    at: datetime
    note: ClockNote | None = None
    other: datetime | None = None


def read_moment(text: str) -> Moment:
    """ISO 8601 to a moment, and what is to be said of it. Raises TimeInvalid."""
    try:
        # Python 3.10 does not know the Z.
        return _read(datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", text.strip())))
    except (ValueError, OverflowError, OSError) as error:
        raise TimeInvalid(time=text) from error


def _read(read: datetime) -> Moment:
    if read.tzinfo is not None:
        return Moment(read.astimezone())
    first, second = read.replace(fold=0).astimezone(), read.replace(fold=1).astimezone()
    if first.utcoffset() == second.utcoffset():
        return Moment(first)
    if first.replace(tzinfo=None) != read.replace(fold=0):
        return Moment(first, "skipped")
    return Moment(first, "ambiguous", second)


def as_time(text: str | None) -> datetime | None:
    """A moment, or None for None. Raises TimeInvalid."""
    return None if text is None else read_moment(text).at


def now_here() -> datetime:
    """This moment, with this machine's offset."""
    return datetime.now().astimezone()


def from_seconds(seconds: float) -> datetime:
    """A moment from seconds since the epoch, with the offset that was in force here then."""
    return datetime.fromtimestamp(seconds).astimezone()
