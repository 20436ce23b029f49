"""The operations a store knows."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from functools import lru_cache
from pathlib import Path

from jupyter_envs.errors import OperationNotFound
from jupyter_envs.store import Store, read_plain

from .journal import Event, Operation, is_running, journal_path, parse_events, summarize

_ID = re.compile(r"[0-9a-f]{8,40}")
_SUFFIX = ".jsonl"

#: How many digits of an id tell its time, in milliseconds.
_TIME = 12
#: An id of the next eight thousand years: a later one leaves no room for the next.
_OF_OURS = re.compile(r"0[0-9a-f]{19}")


_MUTEX = threading.Lock()
_last = 0


def new_id(store: Store | None = None) -> str:
    """An id that sorts by time, those of one process in their order, and cannot be guessed. It
    sorts behind those that ``store`` has, also where the clock was set back since."""
    global _last
    newest = _newest(store) + 1 if store is not None else 0
    with _MUTEX:
        _last = max(_last + 1, newest, int(time.time() * 1000))
        return f"{_last:0{_TIME}x}{secrets.token_hex(4)}"


def _newest(store: Store) -> int:
    try:
        names = (name.removesuffix(_SUFFIX) for name in os.listdir(store.operations))
        return max((int(n[:_TIME], 16) for n in names if _OF_OURS.fullmatch(n)), default=-1)
    except OSError:
        return -1


def read_operation(store: Store, operation: str) -> tuple[Operation, list[Event]]:
    """One operation with all its events. Raises OperationNotFound."""
    if not _ID.fullmatch(operation):
        raise OperationNotFound(id=operation)
    try:
        events = parse_events(read_plain(journal_path(store, operation)))
    except OSError as error:
        raise OperationNotFound(id=operation) from error
    summary = summarize(operation, events)
    if summary is None:
        raise OperationNotFound(id=operation)
    return summary, events


def list_operations(store: Store) -> list[Operation]:
    """All operations, newest first; a journal that has not grown is not read again."""
    try:
        with os.scandir(store.operations) as entries:
            journals = [entry for entry in entries if entry.name.endswith(_SUFFIX)]
    except OSError:
        return []
    found = []
    for entry in sorted(journals, key=lambda entry: entry.name, reverse=True):
        try:
            state = entry.stat()
        except OSError:
            continue
        summary = _summary(entry.path, state.st_size, state.st_mtime_ns)
        if summary is not None:
            found.append(summary)
    return found


# Both numbers, since a journal only ever grows and a clock may stand still.
@lru_cache(maxsize=1024)
def _summary(path: str, size: int, mtime: int) -> Operation | None:
    """What a journal tells; ``size`` and ``mtime`` tell one state of it from the next."""
    operation = os.path.basename(path).removesuffix(_SUFFIX)  # noqa: PTH119 - called very often
    try:
        events = parse_events(read_plain(Path(path)))
    except OSError:
        return None
    return summarize(operation, events) if _ID.fullmatch(operation) else None


#: Verbs that change nothing of the environment whose name they have.
_HARMLESS = ("plan", "probe")


def running_on(store: Store, slug: str) -> Operation | None:
    """The operation that is at work on an environment, if any; two names that differ in case
    only are the same one's."""
    wanted = slug.casefold()
    for operation in list_operations(store):
        same = operation.name.casefold() == wanted
        if same and operation.verb not in _HARMLESS and is_running(operation):
            return operation
    return None
