"""Disk space: what is counted, and what may go."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from jupyter_envs.engine import CacheDirs
from jupyter_envs.operations import Operation, Settings, read_operation, storage_of
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.job import run_job
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.operations.queue import wait_for_slot
from jupyter_envs.operations.requests import Clean, Job
from jupyter_envs.store import GenerationFiles, Store, begin_generation, process_identity
from jupyter_envs.store.generations import Building
from tests.operations import publish, running_from

LONG_AGO = 2 * 3600.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        envs_dir=tmp_path / "envs",
        cache_dir=tmp_path / "cache",
        data_dir=tmp_path / "data",
        kernels_dir=tmp_path / "kernels",
        environments_txt=tmp_path / "environments.txt",
        home=tmp_path,
    )


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.envs_dir)


def install(settings: Settings, prefix: Path, name: str) -> None:
    """A package in the cache, and linked into a prefix, as the engine leaves it."""
    cached(settings, name)
    record = prefix / "conda-meta" / f"{name}-1.0-0.json"
    record.write_text(json.dumps({"name": name}))


def cached(settings: Settings, name: str) -> Path:
    folder = CacheDirs.under(settings.cache_dir).packages
    (folder / f"{name}-1.0-0" / "info").mkdir(parents=True)
    (folder / f"{name}-1.0-0" / "info" / "index.json").write_text("{}")
    (folder / f"{name}-1.0-0.lock").touch()
    (folder / ".cache.lock").touch()
    return folder


def in_cache(settings: Settings) -> list[str]:
    return sorted(os.listdir(CacheDirs.under(settings.cache_dir).packages))


def clean(settings: Settings, *, generations: bool = False, packages: bool = True) -> Operation:
    """The operation when it was carried out, here."""
    request = Clean(generations=generations, packages=packages)
    job = Job(id=new_id(), request=request, settings=settings, actor="ada")
    run_job(job)
    return read_operation(Store(settings.envs_dir), job.id)[0]


# -- counting ----------------------------------------------------------------------------------


def test_where_there_is_nothing_nothing_is_used(settings: Settings) -> None:
    found = storage_of(settings)

    assert (found.environments, found.cache, found.generations) == (0, 0, 0)
    assert 0 < found.free <= found.total


def test_what_the_cache_shares_with_an_environment_is_counted_once(
    settings: Settings, store: Store
) -> None:
    files = publish(store, "demo")
    install(settings, files.prefix, "big")
    archive = CacheDirs.under(settings.cache_dir).packages / "big-1.0-0" / "data"
    archive.write_bytes(os.urandom(1_000_000))
    before = storage_of(settings)
    assert before.cache > 1_000_000

    (files.prefix / "data").hardlink_to(archive)

    after = storage_of(settings)
    assert after.environments - before.environments > 1_000_000
    assert after.cache < 100_000
    assert after.generations == 1


def test_a_cache_inside_the_store_is_not_counted_as_environments(
    settings: Settings, store: Store
) -> None:
    """Where the home is on another file system than the store."""
    publish(store, "demo")
    settings = msgspec.structs.replace(settings, cache_dir=store.hidden / ".cache")
    (cached(settings, "big") / "big-1.0-0" / "data").write_bytes(os.urandom(1_000_000))

    found = storage_of(settings)

    assert found.cache > 1_000_000
    assert found.environments < 200_000


# -- packages ----------------------------------------------------------------------------------


def test_a_package_that_any_generation_has_stays(settings: Settings, store: Store) -> None:
    first = publish(store, "demo")
    second = publish(store, "demo", 2)
    unfinished = begin_generation(store, "next", 1, Building(operation="0" * 12, request={}))
    for files, name in ((first, "old"), (second, "new"), (unfinished, "half")):
        install(settings, files.prefix, name)
    cached(settings, "unused")

    operation = clean(settings)

    assert operation.state == "succeeded"
    assert operation.result is not None
    assert (operation.result["packages"], operation.result["generations"]) == (1, 0)
    kept = [f"{name}-1.0-0" for name in ("half", "new", "old")]
    assert in_cache(settings) == sorted([".cache.lock", *kept, *(f"{n}.lock" for n in kept)])


def test_archives_go_with_their_packages(settings: Settings, store: Store) -> None:
    files = publish(store, "demo")
    install(settings, files.prefix, "used")
    folder = cached(settings, "unused")
    for name in ("used", "unused"):
        (folder / f"{name}-1.0-0.conda").touch()
        (folder / f"{name}-1.0-0.tar.bz2").touch()

    clean(settings)

    assert {name.partition("-")[0] for name in in_cache(settings)} == {".cache.lock", "used"}
    assert "used-1.0-0.conda" in in_cache(settings)


@contextmanager
def another(store: Store, *, slots: int) -> Iterator[str]:
    """An operation that holds one of the places, by a process that lives."""
    operation = new_id()
    journal = JournalWriter(journal_path(store, operation))
    held = wait_for_slot(store, operation, slots, journal)
    with running_from(store, "demo") as pid:
        journal.submit(verb="update", name="demo", actor="ada", worker=process_identity(pid))
        journal.progress("install", 0, 1, "packages")
        try:
            yield operation
        finally:
            journal.end("succeeded", {})
            journal.close()
            os.close(held)


@pytest.mark.parametrize("slots", [2, 5])
def test_not_while_another_operation_works(settings: Settings, store: Store, slots: int) -> None:
    """Also where that one counts with another number of places."""
    publish(store, "demo")
    cached(settings, "unused")
    settings = msgspec.structs.replace(settings, max_operations=slots)

    with another(store, slots=9):
        operation = clean(settings)

    assert operation.state == "failed"
    assert operation.error is not None
    assert operation.error["code"] == "operations_running"
    assert "unused-1.0-0" in in_cache(settings)
    assert clean(settings).state == "succeeded"
    assert "unused-1.0-0" not in in_cache(settings)


# -- generations -------------------------------------------------------------------------------


@pytest.fixture
def aged(store: Store) -> Store:
    """``demo`` with three generations, all from long ago, of which the last is current."""
    for number in (1, 2, 3):
        files = publish(store, "demo", number)
        moment = time.time() - LONG_AGO
        os.utime(files.info, (moment, moment))
    return store


def left(store: Store) -> list[str]:
    return sorted(name for name in os.listdir(store.folder("demo")) if name.isdigit())


def test_generations_go_but_for_the_current_one(settings: Settings, aged: Store) -> None:
    operation = clean(settings, generations=True, packages=False)

    assert operation.result is not None
    assert operation.result["generations"] == 2
    assert left(aged) == ["3"]
    assert list(aged.trash.iterdir()) == []


def test_generations_stay_unless_they_are_asked_for(settings: Settings, aged: Store) -> None:
    clean(settings, generations=False, packages=True)

    assert left(aged) == ["1", "2", "3"]


def test_a_generation_that_something_runs_from_stays(settings: Settings, aged: Store) -> None:
    with running_from(aged, "demo", 2):
        clean(settings, generations=True, packages=False)
        assert left(aged) == ["2", "3"]

    clean(settings, generations=True, packages=False)
    assert left(aged) == ["3"]


def test_a_young_generation_stays(settings: Settings, aged: Store) -> None:
    os.utime(GenerationFiles(aged.generation("demo", 1)).info)

    clean(settings, generations=True, packages=False)

    assert left(aged) == ["1", "3"]
