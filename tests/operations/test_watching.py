"""Looking at a store again and again: each change is told once, whoever made it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from jupyter_envs.operations import Settings, StoreWatch, ask_clean, read_operation
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.store import Store, make_current, process_identity, this_process
from tests.operations import publish, running_from


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "envs")


def begin(store: Store, *, name: str = "demo") -> tuple[str, JournalWriter]:
    """An operation that this process answers for."""
    operation = new_id()
    journal = JournalWriter(journal_path(store, operation))
    journal.submit(verb="create", name=name, actor="ada", worker=this_process())
    return operation, journal


def test_nothing_has_changed_where_there_is_nothing(store: Store) -> None:
    watch = StoreWatch(store)

    changes = watch.look()

    assert not changes
    assert watch.running is False


def test_an_operation_is_told_when_it_goes_on_and_when_it_ends(store: Store) -> None:
    watch = StoreWatch(store)
    operation, journal = begin(store)

    (begun,) = watch.look().operations
    assert (begun.id, begun.state, watch.running) == (operation, "queued", True)
    assert not watch.look()
    journal.progress("download", 1, 2, "bytes")
    (going,) = watch.look().operations
    assert (going.phase, going.done, going.total) == ("download", 1, 2)

    journal.end("succeeded", {"name": "demo"})
    journal.close()

    (ended,) = watch.look().operations
    assert (ended.state, watch.running) == ("succeeded", False)
    assert not watch.look()


def test_what_was_there_before_is_no_news(store: Store) -> None:
    _, journal = begin(store, name="before")
    publish(store, "there")
    watch = StoreWatch(store)
    assert not watch.look()
    assert watch.running is True

    begin(store, name="after")[1].close()

    assert [one.name for one in watch.look().operations] == ["after"]
    journal.close()


def test_environments_that_come_change_and_go(store: Store) -> None:
    watch = StoreWatch(store)

    publish(store, "demo")
    assert watch.look().environments is True
    assert watch.look().environments is False
    publish(store, "demo", 2)
    assert watch.look().environments is True
    make_current(store, "demo", 1)
    assert watch.look().environments is True
    store.link("demo").unlink()
    assert watch.look().environments is True
    assert not watch.look()


def test_what_runs_from_an_environment_is_no_change_of_it(store: Store) -> None:
    publish(store, "demo")
    watch = StoreWatch(store)

    with running_from(store, "demo"):
        assert not watch.look()


def test_an_operation_whose_worker_died_is_closed_and_told(store: Store) -> None:
    publish(store, "demo")
    watch = StoreWatch(store)
    operation, journal = begin(store)
    with running_from(store, "demo") as pid:
        journal.submit(verb="create", name="demo", actor="ada", worker=process_identity(pid))
        journal.close()
        assert [one.state for one in watch.look().operations] == ["queued"]

    (ended,) = watch.look().operations

    assert (ended.id, ended.state, watch.running) == (operation, "interrupted", False)
    assert read_operation(store, operation)[0].error == ended.error
    assert not watch.look()


def test_a_journal_that_is_pruned_is_forgotten(store: Store) -> None:
    operation, journal = begin(store)
    journal.end("succeeded", {})
    journal.close()
    watch = StoreWatch(store)

    journal_path(store, operation).unlink()

    assert not watch.look()


def test_workers_of_this_process_do_not_stay_as_zombies(tmp_path: Path) -> None:
    """A real worker, started here as a server starts it, and left without a word."""
    settings = Settings(
        envs_dir=tmp_path / "envs",
        cache_dir=tmp_path / "cache",
        data_dir=tmp_path / "data",
        kernels_dir=tmp_path / "kernels",
        environments_txt=tmp_path / "environments.txt",
        home=tmp_path,
    )
    store = Store(settings.envs_dir)
    watch = StoreWatch(store)
    job = ask_clean(settings, generations=True, packages=False)
    worker = read_operation(store, job.id)[0].worker
    assert worker is not None

    os.killpg(worker.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while watch.look().operations or watch.running:
        assert time.monotonic() < deadline

    assert not Path(f"/proc/{worker.pid}").exists()
    assert read_operation(store, job.id)[0].state == "interrupted"
