"""Looking things up in many lines: what cannot fit is passed over before it is decoded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jupyter_envs.errors import TimeInvalid

from .chain import hosts, month_files, month_of, parse_line
from .times import as_time

#: A file's month is when its lines were written. No clock of another machine is further ahead.
_CLOCKS_DIFFER = timedelta(days=2)

T = TypeVar("T")

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: between two moments, of an environment (its slug), a lock digest (or how it
    begins), a notebook (its path, or how that ends), an action, or all ``besides`` one action.
    ``limit``: the newest so many."""

    since: datetime | None = None
    until: datetime | None = None
    environment: str | None = None
    store: str | None = None
    digest: str | None = None
    notebook: str | None = None
    action: str | None = None
    besides: str | None = None
    limit: int | None = None


#: A line that is wanted: its moment in seconds, its id, itself.
_Found = tuple[float, str | None, bytes]


class _Brief(msgspec.Struct):
    """What of a line decides whether it is wanted. Others are not decoded."""

    prev: str
    time: datetime
    id: str | None = None
    environment: str | None = None
    store: str | None = None
    lock_digest: str | None = None
    notebook: str | None = None
    action: str | None = None


_BRIEF = msgspec.json.Decoder(_Brief)
_WHOLE = msgspec.json.Decoder(dict[str, Any])


def find_events(root: Path, wanted: Wanted) -> list[dict[str, Any]]:
    """Events of all hosts, oldest first. One that two hosts wrote down is one."""
    return [_whole(line) for line in find_lines(root, wanted)]


def read_events(root: Path, wanted: Wanted, kind: type[T]) -> list[T]:
    """The same as structs of a kind; lines that have not its form are left out."""
    decoder = msgspec.json.Decoder(kind)
    found = []
    for line in find_lines(root, wanted):
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            found.append(decoder.decode(line))
    return found


def find_lines(root: Path, wanted: Wanted) -> list[bytes]:
    """The lines of these events."""
    needles = _needles(wanted)
    parts: list[list[_Found]] = []
    for path in _files(root, wanted.since):
        if wanted.limit is not None and _enough(parts, wanted.limit, path.stem):
            break
        data = path.read_bytes()
        if all(needle in data for needle in needles):
            parts.append(list(_fitting(data, needles, wanted)))
    found = [one for part in reversed(parts) for one in part]
    found.sort(key=lambda one: one[0])
    lines = _once(found)
    return lines if wanted.limit is None else lines[max(0, len(lines) - wanted.limit) :]


def _files(root: Path, since: datetime | None) -> list[Path]:
    """The files in which there may be something, the newest months first."""
    first = month_of(_earlier(since)) if since is not None else ""
    files = (path for host in hosts(root) for path in month_files(root / host))
    return sorted((p for p in files if p.stem >= first), key=lambda p: p.stem, reverse=True)


def _enough(parts: list[list[_Found]], limit: int, month: str) -> bool:
    """Whether so many events were found already that nothing in this month's file or in an
    earlier one is among the newest ``limit``."""
    try:
        year, number = map(int, month.split("-"))
        end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=timezone.utc)
        last = (end + _CLOCKS_DIFFER).timestamp()
    except (ValueError, OverflowError):
        return False  # no name of ours: anything may be in it
    later = {name or line for part in parts for moment, name, line in part if moment > last}
    return len(later) >= limit


def _earlier(moment: datetime) -> datetime:
    try:
        return moment.astimezone(timezone.utc) - _CLOCKS_DIFFER
    except OverflowError:
        return _NEVER


def _needles(wanted: Wanted) -> list[bytes]:
    """Bytes that a line must have to be wanted, as lines are written; the rarest first."""
    found = []
    if wanted.digest is not None:
        found.append(_needle("lock_digest", wanted.digest)[:-1])
    if wanted.notebook is not None:
        found.append(_text(wanted.notebook.removeprefix("./"))[1:])
    for key in ("environment", "action", "store"):
        value = getattr(wanted, key)
        if value is not None:
            found.append(_needle(key, value))
    return found


def _needle(key: str, value: str) -> bytes:
    return f'"{key}":'.encode() + _text(value)


def _text(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _fitting(data: bytes, needles: list[bytes], wanted: Wanted) -> Iterator[_Found]:
    lines = list(_lines_with(data, needles[0])) if needles else data.split(b"\n")
    for needle in needles[1:]:
        lines = [line for line in lines if needle in line]
    if wanted.besides is not None:
        other = _needle("action", wanted.besides)
        lines = [line for line in lines if other not in line]
    if wanted.until is not None:
        lines = _until_day(lines, wanted.until)
    since, until = _seconds(wanted.since), _seconds(wanted.until)
    decode = _BRIEF.decode
    for line in lines:
        try:
            brief = decode(line)
            moment = brief.time.timestamp()
        except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError, ValueError):
            odd = _odd(line)
            if odd is None:
                continue
            brief, moment = odd
        in_time = (since is None or moment >= since) and (until is None or moment <= until)
        if in_time and (not needles or _fits(brief, wanted)):
            yield moment, brief.id, line


def _until_day(lines: list[bytes], until: datetime) -> list[bytes]:
    """Without those whose day is later by more than any offset: as lines of ours begin, it is at
    the same place in each of them."""
    try:
        last = (until.astimezone(timezone.utc) + timedelta(days=2)).date().isoformat().encode()
    except OverflowError:
        return lines
    return [line for line in lines if line[49:59] <= last or line[39:49] != b'","time":"']


def _lines_with(data: bytes, needle: bytes) -> Iterator[bytes]:
    """The lines that have these bytes. The others are not even cut out."""
    found = data.find(needle)
    while found >= 0:
        end = data.find(b"\n", found)
        end = len(data) if end < 0 else end
        yield data[data.rfind(b"\n", 0, found) + 1 : end]
        found = data.find(needle, end)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _fits(brief: _Brief, wanted: Wanted) -> bool:
    return (
        wanted.environment in (None, brief.environment)
        and wanted.store in (None, brief.store)
        and wanted.action in (None, brief.action)
        and (wanted.digest is None or (brief.lock_digest or "").startswith(wanted.digest))
        and (wanted.notebook is None or is_notebook(brief.notebook, wanted.notebook))
    )


def is_notebook(path: str | None, wanted: str) -> bool:
    """Whether a path is the one meant: the same, or one that ends with it, by whole names."""
    return path is not None and (path == wanted or path.endswith("/" + wanted.removeprefix("./")))


def _odd(line: bytes) -> tuple[_Brief, float] | None:
    """A line that somebody has spoilt, but that can still be read; it was before all others."""
    entry = parse_line(line)
    if entry is None:
        return None
    known = {
        key: value
        for key in ("id", "environment", "store", "lock_digest", "notebook", "action")
        if isinstance(value := entry.get(key), str)
    }
    moment = time_of(entry)
    seconds = float("-inf") if moment is _NEVER else moment.timestamp()
    return _Brief(prev="", time=moment, **known), seconds


def time_of(event: dict[str, Any]) -> datetime:
    """When it was; before everything else where somebody has spoilt the line."""
    try:
        return as_time(str(event.get("time"))) or _NEVER
    except TimeInvalid:
        return _NEVER


def _once(found: list[_Found]) -> list[bytes]:
    seen: set[str] = set()
    lines = []
    for _, name, line in found:
        if name is not None:
            if name in seen:
                continue
            seen.add(name)
        lines.append(line)
    return lines


def _whole(line: bytes) -> dict[str, Any]:
    try:
        return _WHOLE.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return dict(parse_line(line) or {})
