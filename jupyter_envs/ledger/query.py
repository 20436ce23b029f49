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
    found: list[tuple[float, str | None, bytes]] = []
    needles = _needles(wanted)
    for data in _contents(root, wanted.since):
        if all(needle in data for needle in needles):
            found.extend(_fitting(data, needles, wanted))
    found.sort(key=lambda one: one[0])
    newest = _once(found)
    if wanted.limit is not None:
        newest = newest[-wanted.limit :] if wanted.limit else []
    return newest


def _contents(root: Path, since: datetime | None) -> Iterator[bytes]:
    first = month_of(_earlier(since)) if since is not None else ""
    for host in hosts(root):
        for path in month_files(root / host):
            if path.stem >= first:
                yield path.read_bytes()


def _earlier(moment: datetime) -> datetime:
    try:
        return moment.astimezone(timezone.utc) - _CLOCKS_DIFFER
    except OverflowError:
        return _NEVER


def _needles(wanted: Wanted) -> list[bytes]:
    """Bytes that a line must have to be wanted, as lines are written."""
    found = []
    for key in ("environment", "store", "action"):
        value = getattr(wanted, key)
        if value is not None:
            found.append(_needle(key, value))
    if wanted.digest is not None:
        found.append(_needle("lock_digest", wanted.digest)[:-1])
    if wanted.notebook is not None:
        found.append(_text(wanted.notebook.removeprefix("./"))[1:])
    return found


def _needle(key: str, value: str) -> bytes:
    return f'"{key}":'.encode() + _text(value)


def _text(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _fitting(
    data: bytes, needles: list[bytes], wanted: Wanted
) -> Iterator[tuple[float, str | None, bytes]]:
    lines = data.split(b"\n")
    for needle in needles:
        lines = [line for line in lines if needle in line]
    if wanted.besides is not None:
        other = _needle("action", wanted.besides)
        lines = [line for line in lines if other not in line]
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


def _once(found: list[tuple[float, str | None, bytes]]) -> list[bytes]:
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
