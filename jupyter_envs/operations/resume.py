"""Taking up an interrupted operation where it stopped."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec

from jupyter_envs.errors import NothingToResume, OperationEnded
from jupyter_envs.store import Building, Store, unfinished_generations

from .catalogue import read_operation
from .journal import Operation, is_running, journal_path
from .launch import start
from .requests import Job
from .settings import Settings


def resume(operation: str, settings: Settings) -> Job:
    """Start a worker that does an interrupted operation's work under the same id.

    What was downloaded is in the cache, so only the rest is fetched; the prefix is linked anew,
    which is cheaper than to find out what a killed process left in it. Raises
    OperationNotFound, OperationEnded for one that was not interrupted, and NothingToResume when
    it had not begun to build, or another operation took its place since.
    """
    store = Store(settings.envs_dir)
    read_operation(store, operation)
    with _alone(store, operation):
        job = _job(store, operation, settings)
        start(job)
    return job


@contextmanager
def _alone(store: Store, operation: str) -> Iterator[None]:
    """Nobody else resumes it meanwhile: two clicks must not start two workers."""
    with journal_path(store, operation).open("r+b") as journal:
        # An flock belongs to the open file, so that it keeps out this process's threads too.
        with suppress(OSError):  # some network file systems have none
            fcntl.flock(journal, fcntl.LOCK_EX)
        yield


def _job(store: Store, operation: str, settings: Settings) -> Job:
    summary, _ = read_operation(store, operation)
    if summary.state != "interrupted" or is_running(summary):
        raise OperationEnded(id=operation, state=summary.state)
    marker = _marker(store, operation)
    if marker is None:
        raise NothingToResume(id=operation)
    # Limits and folders may have changed since; what was asked for has not.
    return msgspec.structs.replace(Job.from_builtins(marker.request), settings=settings)


def is_resumable(store: Store, operation: Operation) -> bool:
    """Whether :func:`resume` has something to take up."""
    return operation.state == "interrupted" and _marker(store, operation.id) is not None


def _marker(store: Store, operation: str) -> Building | None:
    for path in store.hidden.iterdir():
        if path.is_dir() and path.name[0] != "." and path != store.operations:
            for marker in unfinished_generations(store, path.name).values():
                if marker is not None and marker.operation == operation:
                    return marker
    return None
