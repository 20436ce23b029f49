"""Two who find a dead worker at the same moment: one closes its operation, nobody leaves traces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from jupyter_envs.operations import recovery
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.store import Store, environment_lock, this_process


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
