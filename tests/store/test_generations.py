"""Generations, locks and leases on a real file system, without packages."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from jupyter_envs.errors import EnvironmentBusy, EnvironmentNotFound, PathTooLong
from jupyter_envs.store import (
    Building,
    GenerationFiles,
    GenerationInfo,
    SourceInfo,
    Store,
    begin_generation,
    collectable,
    complete_generations,
    current_generation,
    discard_generation,
    empty_trash,
    environment_lock,
    finish_generation,
    get_environment,
    list_environments,
    live_leases,
    make_current,
    next_number,
    process_identity,
    unfinished_generations,
)


def begin(store: Store, slug: str, number: int) -> GenerationFiles:
    return begin_generation(store, slug, number, Building(operation="op", request={}))


def finish(store: Store, slug: str, number: int, *, name: str | None = None) -> None:
    files = begin(store, slug, number)
    info = GenerationInfo(
        name=name or slug,
        slug=slug,
        number=number,
        created="2026-01-01T00:00:00+00:00",
        created_by="ada",
        platform="linux-64",
        virtual_packages=(),
        channels=(),
        lock_digest="d" * 64,
        source=SourceInfo(kind="spec"),
        operation="op",
    )
    finish_generation(store, slug, files, info)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "envs")


def test_what_is_being_built_is_not_there_yet(store: Store) -> None:
    begin(store, "demo", 1)

    assert list_environments(store) == []
    assert list(unfinished_generations(store, "demo")) == [1]
    with pytest.raises(EnvironmentNotFound):
        get_environment(store, "demo")


def test_a_link_to_an_unfinished_generation_shows_nothing(store: Store) -> None:
    begin(store, "demo", 1)
    make_current(store, "demo", 1)

    assert list_environments(store) == []


def test_numbers_are_not_given_twice(store: Store) -> None:
    assert next_number(store, "demo") == 1
    finish(store, "demo", 1)
    finish(store, "demo", 2)
    make_current(store, "demo", 1)
    discard_generation(store, "demo", 2)

    assert next_number(store, "demo") == 3


def test_an_environment_is_found_by_its_name_and_its_slug(store: Store) -> None:
    finish(store, "ete", 1, name="été")
    make_current(store, "ete", 1)

    assert get_environment(store, "été").slug == get_environment(store, "ETE").slug == "ete"
    for name in ("../ete", ".jupyter-envs", ""):
        with pytest.raises(EnvironmentNotFound):
            get_environment(store, name)


def test_the_link_is_relative_so_that_a_store_can_be_moved(store: Store, tmp_path: Path) -> None:
    finish(store, "demo", 1)
    make_current(store, "demo", 1)
    moved = Store(tmp_path / "elsewhere")
    store.root.rename(moved.root)

    assert current_generation(moved, "demo") == 1
    assert (moved.link("demo") / "conda-meta").is_dir()


def test_what_is_discarded_is_gone_at_once_and_its_bytes_later(store: Store) -> None:
    finish(store, "demo", 1)
    finish(store, "demo", 2)
    make_current(store, "demo", 2)

    discard_generation(store, "demo", 1)

    assert complete_generations(store, "demo") == (2,)
    assert len(list(store.trash.iterdir())) == 1
    empty_trash(store.trash)
    assert list(store.trash.iterdir()) == []


def test_nobody_waits_for_who_deletes(store: Store) -> None:
    finish(store, "demo", 1)
    discard_generation(store, "demo", 1)
    graves = list(store.trash.iterdir())
    other = os.open(store.trash, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)

    empty_trash(store.trash)
    assert list(store.trash.iterdir()) == graves != []

    os.close(other)  # it has died, perhaps
    empty_trash(store.trash)
    assert list(store.trash.iterdir()) == []


def test_a_path_that_packages_cannot_bear_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / ("x" * 200) / ("y" * 100))

    with pytest.raises(PathTooLong):
        begin(store, "demo", 1)


def _hold(root: str, held: Event, done: Event) -> None:
    with environment_lock(Store(Path(root)), "demo"):
        held.set()
        done.wait(30)


def test_one_writer_at_a_time_also_across_processes(store: Store) -> None:
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(str(store.root), held, done))
    holder.start()
    assert held.wait(30)

    with pytest.raises(EnvironmentBusy), environment_lock(store, "demo"):
        pass
    with environment_lock(store, "another"):
        pass

    holder.kill()  # a lock dies with its process
    with environment_lock(store, "demo", patience=10):
        pass
    holder.join(10)


def lease(store: Store, generation: int, **changes: object) -> Path:
    me = process_identity(os.getpid())
    body = {
        "generation": generation,
        "host": me.host,
        "boot_id": me.boot_id,
        "pid": me.pid,
        "start_time": me.start_time,
        **changes,
    }
    path = store.leases("demo") / f"{generation}-{len(list(store.leases('demo').iterdir()))}.json"
    path.write_text(json.dumps(body))
    return path


def test_leases_of_the_dead_are_cleared_and_those_of_others_are_believed(store: Store) -> None:
    finish(store, "demo", 1)
    alive = lease(store, 1)
    reused_pid = lease(store, 1, start_time=1)
    before_reboot = lease(store, 1, boot_id="another boot")
    elsewhere = lease(store, 1, host="another-host")
    damaged = store.leases("demo") / "damaged.json"
    damaged.write_text("{")

    assert len(live_leases(store, "demo")) == 2
    assert alive.exists()
    assert elsewhere.exists()
    assert not reused_pid.exists()
    assert not before_reboot.exists()


def test_collection_spares_the_current_the_leased_and_the_young(store: Store) -> None:
    for number in range(1, 7):
        finish(store, "demo", number)
    make_current(store, "demo", 6)
    hour_ago = time.time() - 7200
    for number in (1, 2, 3, 4):
        info = GenerationFiles(store.generation("demo", number)).info
        os.utime(info, (hour_ago, hour_ago))
    lease(store, 2)

    assert collectable(store, "demo", keep=0) == [1, 3, 4]
    assert collectable(store, "demo", keep=3) == [1]
