"""How many operations run at once in a store: slots, held as file locks, so that a worker that
dies frees its own."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.errors import OperationsRunning
from jupyter_envs.store import LOCK_TAKEN, Store, make_folder

from .catalogue import list_operations
from .journal import JournalWriter, Operation, is_running

_POLL_SECONDS = 0.2


def wait_for_slot(store: Store, operation: str, slots: int, journal: JournalWriter) -> int:
    """Take one of ``slots``; until then the journal tells the position in the queue.

    Returns the descriptor that holds the slot: closing it, or dying, frees it.
    """
    folder = store.operations / "slots"
    make_folder(folder)
    told = 0
    while True:
        position = _position(store, operation)
        if position <= slots and (held := _take(folder, slots)) is not None:
            return held
        if position != told:
            journal.event("waiting", {"position": position})
            told = position
        time.sleep(_POLL_SECONDS)


@contextmanager
def hold_other_slots(store: Store, slots: int, operation: str) -> Iterator[None]:
    """Let no other operation work meanwhile; they wait in the queue.

    For an operation that holds a slot itself. Raises OperationsRunning where one works already.
    """
    held: list[int] = []
    try:
        while len(held) < slots - 1:
            descriptor = _take(store.operations / "slots", slots)
            if descriptor is None:
                raise OperationsRunning
            held.append(descriptor)
        # Another server may count with more slots than this one.
        if any(_works(other, operation) for other in list_operations(store)):
            raise OperationsRunning
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)


def at_work(store: Store) -> bool:
    """Whether an operation works in the store; who waits in the queue does not."""
    return any(_works(other, "") for other in list_operations(store))


def _works(other: Operation, operation: str) -> bool:
    return other.id != operation and other.state == "running" and is_running(other)


def _take(folder: Path, slots: int) -> int | None:
    for index in range(slots):
        descriptor = os.open(folder / str(index), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in LOCK_TAKEN:  # a disk without locks: nobody would ever be let in
                raise OSError(error.errno, error.strerror, str(folder)) from error
            continue
        return descriptor
    return None


def _position(store: Store, operation: str) -> int:
    """1 for the first that waits; ids sort by time."""
    waiting = [
        other.id
        for other in list_operations(store)
        if other.state == "queued" and other.id < operation and is_running(other)
    ]
    return len(waiting) + 1
