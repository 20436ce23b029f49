"""Starting a worker, following it, ending it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

from jupyter_envs.errors import EnvironmentBusy, OperationEnded
from jupyter_envs.store import (
    Store,
    empty_trash,
    is_alive,
    process_identity,
    require_writable,
    this_process,
)

from .actor import user_name
from .catalogue import new_id, read_operation, running_on
from .journal import (
    ENDED,
    Event,
    JournalWriter,
    Operation,
    is_running,
    journal_path,
    log_path,
    parse_events,
)
from .preparing import new_worker, take_prepared
from .recovery import close_dead_on, close_operation
from .requests import OF_NO_ENVIRONMENT, Job, Request, verb_of
from .settings import Settings

_POLL_SECONDS = 0.05
_GLANCE_SECONDS = 0.01
_KILL_SECONDS = 10.0


def submit(request: Request, settings: Settings, *, actor: str | None = None) -> Job:
    """Start a worker for a request; its journal exists when this returns.

    Raises EnvironmentBusy when another operation is at work on the environment, and
    StoreReadOnly.
    """
    store = Store(settings.envs_dir)
    if not isinstance(request, OF_NO_ENVIRONMENT):
        close_dead_on(store, request.name)
        busy = running_on(store, request.name)
        if busy is not None:
            raise EnvironmentBusy(name=request.name, operation=busy.id)
    job = Job(id=new_id(store), request=request, settings=settings, actor=actor or user_name())
    start(job)
    return job


def start(job: Job) -> None:
    """Start the worker process of a job, new or resumed. Raises StoreReadOnly, and OSError where
    there is no room for the journal; no operation is left then."""
    store = Store(job.settings.envs_dir)
    require_writable(store)
    path = journal_path(store, job.id)
    new = not path.exists()
    try:
        _start(job, store)
    except OSError:
        if new:
            path.unlink(missing_ok=True)
            path.with_suffix(".log").unlink(missing_ok=True)
        raise


def _start(job: Job, store: Store) -> None:
    facts = {"verb": verb_of(job.request), "name": job.request.name, "actor": job.actor}
    journal = JournalWriter(journal_path(store, job.id))
    journal.submit(**facts, worker=this_process())
    with log_path(store, job.id).open("ab") as log:
        process = take_prepared() or new_worker(log)
    assert process.stdin is not None
    try:
        journal.submit(**facts, worker=process_identity(process.pid))
    except OSError:
        process.kill()
        process.stdin.close()
        raise
    finally:
        _REAP.append(process)
        journal.close()
    with suppress(BrokenPipeError), process.stdin:  # broken where it is dead already
        process.stdin.write(job.to_json())


#: Workers started by this process, so that none of them stays a zombie.
_REAP: list[subprocess.Popen[bytes]] = []


def reap() -> None:
    """Collect workers that have ended."""
    _REAP[:] = [process for process in _REAP if process.poll() is None]


def follow(store: Store, operation: str, *, after: int = -1) -> Iterator[Event | None]:
    """Yield the events of an operation as they come, until it ends; None when none came.

    An operation whose worker died without a word is closed as interrupted. Raises
    OperationNotFound.
    """
    read_operation(store, operation)
    path = journal_path(store, operation)
    while True:
        reap()
        data = path.read_bytes()
        for event in parse_events(data):
            if event.seq > after:
                after = event.seq
                yield event
        summary, _ = read_operation(store, operation)
        if summary.state in ENDED:
            if summary.events - 1 <= after:
                return
            continue
        if not is_running(summary):
            close_operation(store, operation)
            continue
        looked = time.monotonic()
        yield None
        while time.monotonic() - looked < _POLL_SECONDS and path.stat().st_size == len(data):
            time.sleep(_GLANCE_SECONDS)


def cancel(store: Store, operation: str) -> Operation:
    """End an operation and put everything back as it was before it.

    Raises OperationEnded when it has ended, OperationNotFound.
    """
    summary, _ = read_operation(store, operation)
    if summary.state in ENDED:
        raise OperationEnded(id=operation, state=summary.state)
    # Said before it is done: whoever finds the dead worker first knows that it was meant.
    journal = JournalWriter(journal_path(store, operation))
    journal.event("cancelling", {}, phase=summary.phase)
    journal.close()
    _kill(summary)
    closed = close_operation(store, operation)
    empty_trash(store.trash)
    return closed


def _kill(summary: Operation) -> None:
    worker = summary.worker
    if worker is None or worker == this_process() or not is_alive(worker):
        return
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    deadline = time.monotonic() + _KILL_SECONDS
    while is_alive(worker) and time.monotonic() < deadline:
        reap()
        time.sleep(0.01)
