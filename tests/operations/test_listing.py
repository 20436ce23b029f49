"""The list that remembers: always what a fresh look would say, with less reading."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest

from jupyter_envs.ledger import content_hash
from jupyter_envs.lock import Lock, emit_lock
from jupyter_envs.operations import EnvironmentList, EnvironmentView, drift, listing, view
from jupyter_envs.operations.drift import SETTLED_SECONDS
from jupyter_envs.store import (
    ArchiveRecord,
    Environment,
    GenerationFiles,
    SourceInfo,
    Store,
    discard_generation,
    get_managed,
    list_all,
    list_known,
    make_current,
    read_environment,
    retract,
    write_archive,
)
from tests.operations import SPEC, publish, running_from


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "envs")


class Remembered:
    """A list, compared with a fresh look at each turn; ``reads`` are the environments read."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = store
        self.reads: list[str] = []
        self._list = EnvironmentList(store)

        def counted(store: Store, slug: str) -> Environment | None:
            self.reads.append(slug)
            return read_environment(store, slug)

        monkeypatch.setattr(listing, "read_environment", counted)

    def views(self) -> dict[str, EnvironmentView]:
        """What it says now, by name."""
        self.reads.clear()
        found = self._list.views()
        assert found == [view(self.store, one) for one in list_known(self.store)]
        return {one.name: one for one in found}


@pytest.fixture
def known(store: Store, monkeypatch: pytest.MonkeyPatch) -> Remembered:
    return Remembered(store, monkeypatch)


def test_where_there_is_no_store_there_is_no_environment(known: Remembered) -> None:
    assert known.views() == {}


def test_what_has_not_changed_is_not_read_again(store: Store, known: Remembered) -> None:
    for slug in ("one", "two"):
        publish(store, slug)
    known.views()
    assert known.reads == ["one", "two"]

    known.views()
    assert known.reads == []

    publish(store, "two", 2)
    known.views()
    assert known.reads == ["two"]


def test_environments_come_and_go(store: Store, known: Remembered) -> None:
    assert list(known.views()) == []
    publish(store, "b")
    publish(store, "A")
    assert list(known.views()) == ["A", "b"]

    store.link("b").unlink()
    assert list(known.views()) == ["A"]

    publish(store, "b", 2)
    assert known.views()["b"].generation == 2


def test_a_new_generation_and_the_way_back(store: Store, known: Remembered) -> None:
    publish(store, "demo")
    assert known.views()["demo"].generation == 1
    publish(store, "demo", 2)
    assert known.views()["demo"].generation == 2

    make_current(store, "demo", 1)

    assert known.views()["demo"].generation == 1
    discard_generation(store, "demo", 2)
    assert known.views()["demo"].prefix == str(store.generation("demo", 1))


def test_an_archived_one_is_remembered_and_comes_back(store: Store, known: Remembered) -> None:
    publish(store, "a")
    publish(store, "Demo", 3)
    record = ArchiveRecord(archived="2026-01-01T00:00:00+00:00", archived_by="a", operation="x")
    write_archive(store, get_managed(store, "Demo"), record)
    # As long as there is a symlink an archive counts for nothing.
    assert known.views()["Demo"].archived is False

    retract(store, "Demo")

    found = known.views()["Demo"]
    assert (found.archived, found.managed, found.generation) == (True, True, None)
    assert found.drift is None
    assert found.lock_digest == f"{3:064x}"
    known.views()
    assert known.reads == []
    make_current(store, "Demo", 3)
    assert known.views()["Demo"].generation == 3


def test_something_in_the_place_of_an_archived_one(store: Store, known: Remembered) -> None:
    """Another tool does not know that the name is taken."""
    publish(store, "demo")
    record = ArchiveRecord(archived="2026-01-01T00:00:00+00:00", archived_by="a", operation="x")
    write_archive(store, get_managed(store, "demo"), record)
    retract(store, "demo")
    (store.link("demo") / "conda-meta").mkdir(parents=True)
    (store.link("demo") / "conda-meta" / "history").touch()

    assert known.views()["demo"].managed is False
    assert [one.slug for one in list_all(store)] == ["demo"]

    shutil.rmtree(store.link("demo"))
    assert known.views()["demo"].archived is True


def test_what_is_only_being_built_is_not_shown(store: Store, known: Remembered) -> None:
    publish(store, "demo")
    known.views()
    files = publish(store, "other")
    files.building.touch()

    assert list(known.views()) == ["demo"]


@pytest.mark.parametrize("how", ["prefix", "contents", "information", "folder"])
def test_files_that_somebody_took(store: Store, known: Remembered, how: str) -> None:
    files = publish(store, "demo")
    publish(store, "other")
    known.views()

    if how == "contents":  # rm -rf envs/demo/*
        shutil.rmtree(files.prefix / "conda-meta")
    elif how == "information":
        files.info.unlink()
    else:
        shutil.rmtree(files.prefix if how == "prefix" else store.folder("demo"))

    found = known.views()
    assert {slug: view.broken for slug, view in found.items()} == {"demo": True, "other": False}
    assert (found["demo"].managed, found["demo"].kernels) == (True, ())


def test_an_environment_of_another_tool(store: Store, known: Remembered) -> None:
    theirs = store.root / "theirs"
    theirs.mkdir(parents=True)
    assert known.views() == {}

    (theirs / "conda-meta").mkdir()
    (theirs / "conda-meta" / "history").touch()
    assert known.views()["theirs"].managed is False

    shutil.rmtree(theirs)
    publish(store, "theirs")
    assert known.views()["theirs"].managed is True


def test_processes_are_counted_each_time(store: Store, known: Remembered) -> None:
    publish(store, "demo")
    assert known.views()["demo"].processes == 0

    with running_from(store, "demo"):
        assert known.views()["demo"].processes == 1
        with running_from(store, "demo"):
            assert known.views()["demo"].processes == 2

    assert known.views()["demo"].processes == 0


def test_the_file_is_looked_at_each_time(store: Store, known: Remembered, tmp_path: Path) -> None:
    file = tmp_path / "environment.yml"
    file.write_bytes(SPEC)
    source = SourceInfo(kind="spec", file=str(file), sha256=content_hash(SPEC))
    publish(store, "demo", source=source)
    assert known.views()["demo"].behind is False

    file.write_bytes(SPEC + b"# more\n")
    assert known.views()["demo"].behind is True
    file.write_bytes(SPEC)
    assert known.views()["demo"].behind is False
    file.unlink()
    assert known.views()["demo"].behind is None


def test_many_ask_while_things_change(store: Store) -> None:
    publish(store, "demo")
    remembered = EnvironmentList(store)
    wrong: list[object] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            numbers = [one.generation for one in remembered.views()]
            if len(numbers) != 1 or numbers[0] not in range(1, 31):
                wrong.append(numbers)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 31):
        publish(store, "demo", number)
    over.set()
    for thread in threads:
        thread.join(30)

    assert wrong == []
    assert [one.generation for one in remembered.views()] == [30]


def test_who_waits_for_a_list_gets_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing thousands of environments that were touched takes minutes."""
    for slug in ("one", "two"):
        _with_packages(publish(store, slug))
    listed = EnvironmentList(store)
    monkeypatch.setattr(drift, "_COMPARING_SECONDS", -1)
    assert [_state(one) for one in listed.views()] == ["unknown", "unknown"]

    monkeypatch.setattr(drift, "_COMPARING_SECONDS", 60)
    assert [_state(one) for one in listed.views()] == ["clean", "clean"]
    # What was found out stays known.
    time.sleep(SETTLED_SECONDS + 0.2)
    listed.views()
    monkeypatch.setattr(drift, "_COMPARING_SECONDS", -1)
    assert [_state(one) for one in listed.views()] == ["clean", "clean"]


def _with_packages(files: GenerationFiles) -> None:
    """With a lock that can be compared with what is there."""
    files.lock.write_bytes(emit_lock(Lock(platforms=("linux-64",), channels=(), packages=())))


def _state(found: EnvironmentView) -> str | None:
    return found.drift.state if found.drift else None
