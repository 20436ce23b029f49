"""Starting a worker, following it, ending it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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
    parse_events,
)
from .recovery import close_dead_on, close_operation
from .requests import OF_NO_ENVIRONMENT, Job, Request, verb_of
from .settings import Settings

_POLL_SECONDS = 0.05
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
    job = Job(id=new_id(), request=request, settings=settings, actor=actor or user_name())
    start(job)
    return job


def start(job: Job) -> None:
    """Start the worker process of a job, new or resumed."""
    store = Store(job.settings.envs_dir)
    require_writable(store)
    facts = {"verb": verb_of(job.request), "name": job.request.name, "actor": job.actor}
    journal = JournalWriter(journal_path(store, job.id))
    journal.submit(**facts, worker=this_process())
    with (store.operations / f"{job.id}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_envs.operations.worker"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # Not the caller's folder: "-m" would import modules that lie there.
            cwd="/",
            start_new_session=True,
        )
    journal.submit(**facts, worker=process_identity(process.pid))
    journal.close()
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin:  # broken where it is dead already
        process.stdin.write(job.to_json())
    _REAP.append(process)


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
        for event in parse_events(path.read_bytes()):
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
        yield None
        time.sleep(_POLL_SECONDS)


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
