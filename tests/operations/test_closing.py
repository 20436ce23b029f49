"""Two who find a dead worker at the same moment: one closes its operation, nobody leaves traces."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from jupyter_envs.operations import recovery
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.store import Building, Store, begin_generation, environment_lock, this_process


def cancelled_create(store: Store, name: str) -> str:
    """An operation whose worker is gone, and that somebody has cancelled."""
    identity = this_process()
    dead = replace(identity, start_time=identity.start_time + 1)  # another process of that pid
    operation = new_id()
    journal = JournalWriter(journal_path(store, operation))
    journal.submit(verb="create", name=name, actor="ada", worker=dead)
    journal.event("cancelling", {}, phase="install")
    journal.close()
    (store.folder(name) / "1" / "conda-meta").mkdir(parents=True)
    return operation


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_kernel_that_was_being_tried_ends_too(tmp_path: Path, cancelled: bool) -> None:
    store = Store(tmp_path / "envs")
    operation = new_id()
    files = begin_generation(store, "demo", 1, Building(operation=operation, request={}))
    program = files.prefix / "sleep"
    shutil.copy("/bin/sleep", program)
    kernel = subprocess.Popen([program, "600"], start_new_session=True)
    try:
        identity = this_process()
        dead = replace(identity, start_time=identity.start_time + 1)
        journal = JournalWriter(journal_path(store, operation))
        journal.submit(verb="create", name="demo", actor="ada", worker=dead)
        if cancelled:
            journal.event("cancelling", {}, phase="verify")
        journal.close()

        closed = recovery.close_operation(store, operation)

        assert closed.state == ("cancelled" if cancelled else "interrupted")
        assert kernel.wait(10) == -signal.SIGKILL
    finally:
        kernel.kill()
        kernel.wait()


def test_who_is_second_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "envs")
    operation = cancelled_create(store, "demo")
    lock = environment_lock

    @contextmanager
    def after_another(*arguments: Any, **more: Any) -> Iterator[None]:
        monkeypatch.setattr(recovery, "environment_lock", lock)
        assert recovery.close_operation(store, operation).state == "cancelled"
        assert not store.folder("demo").exists()
        with lock(*arguments, **more):
            yield

    monkeypatch.setattr(recovery, "environment_lock", after_another)

    assert recovery.close_operation(store, operation).state == "cancelled"
    assert not store.folder("demo").exists()
