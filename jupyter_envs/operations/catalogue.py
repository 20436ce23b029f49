"""The operations a store knows."""

from __future__ import annotations

import re
import secrets
import time

from jupyter_envs.errors import OperationNotFound
from jupyter_envs.store import Store

from .journal import Event, Operation, is_running, journal_path, parse_events, summarize

_ID = re.compile(r"[0-9a-f]{8,40}")


def new_id() -> str:
    """An id that sorts by time and cannot be guessed from another."""
    return f"{int(time.time() * 1000):012x}{secrets.token_hex(4)}"


def read_operation(store: Store, operation: str) -> tuple[Operation, list[Event]]:
    """One operation with all its events. Raises OperationNotFound."""
    if not _ID.fullmatch(operation):
        raise OperationNotFound(id=operation)
    try:
        events = parse_events(journal_path(store, operation).read_bytes())
    except OSError as error:
        raise OperationNotFound(id=operation) from error
    summary = summarize(operation, events)
    if summary is None:
        raise OperationNotFound(id=operation)
    return summary, events


def list_operations(store: Store) -> list[Operation]:
    """All operations, newest first."""
    found = []
    for path in sorted(store.operations.glob("*.jsonl"), reverse=True):
        try:
            found.append(read_operation(store, path.stem)[0])
        except OperationNotFound:
            continue
    return found


def running_on(store: Store, slug: str) -> Operation | None:
    """The operation that is at work on an environment, if any."""
    for operation in list_operations(store):
        if operation.name == slug and operation.verb != "plan" and is_running(operation):
            return operation
    return None
