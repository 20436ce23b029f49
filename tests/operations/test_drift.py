"""Drift as those see it who ask often: by itself, once at rest, and without reading twice."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from jupyter_envs.lock import Lock, LockedPackage, emit_lock
from jupyter_envs.operations import (
    EnvironmentList,
    StoreWatch,
    drift_state,
    drift_view,
)
from jupyter_envs.operations import drift as module
from jupyter_envs.operations.drift import check, look
from jupyter_envs.store import (
    DriftRecord,
    Environment,
    Store,
    drift_file,
    get_environment,
    make_current,
)
from tests.operations import publish
from tests.support.fake_prefix import SITE, FakePrefix, expected_conda


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "envs")


def install(store: Store, slug: str = "demo", number: int = 1) -> FakePrefix:
    """An environment with tqdm of conda in it, as its lock says; touched long ago."""
    folder = store.generation(slug, number)
    prefix = FakePrefix(folder)
    prefix.conda_install("tqdm", "4.66.1")
    files = publish(store, slug, number)
    locked = expected_conda("tqdm", "4.66.1")
    package = LockedPackage(
        name="tqdm",
        version="4.66.1",
        manager="conda",
        platform="linux-64",
        url="https://c.example/noarch/tqdm-4.66.1-0.conda",
        sha256=locked.sha256,
    )
    lock = Lock(platforms=("linux-64",), channels=("https://c.example",), packages=(package,))
    files.lock.write_bytes(emit_lock(lock))
    rest(prefix)
    return prefix


def rest(prefix: FakePrefix) -> None:
    """Let what was touched have been touched some time ago."""
    for folder in ("conda-meta", SITE):
        moment = (prefix.path / folder).stat().st_mtime_ns - 3_000_000_000
        os.utime(prefix.path / folder, ns=(moment, moment))


def environment(store: Store) -> Environment:
    return get_environment(store, "demo")


class Told:
    """Who writes into the ledger."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []

    def __call__(self, environment: Environment, record: DriftRecord) -> DriftRecord:
        self.heard.append(tuple(one.code for one in record.verdicts))
        return record


def test_states(store: Store) -> None:
    prefix = install(store)
    assert drift_state(store, environment(store)) == "clean"

    prefix.pip_install("tqdm", "4.70.1")
    rest(prefix)

    assert drift_state(store, environment(store)) == "drifted"
    view = drift_view(store, environment(store))
    assert (view.count, view.worst, view.level) == (1, "pip_replaced_conda", "identity")


def test_what_is_being_changed_is_judged_when_it_has_come_to_rest(store: Store) -> None:
    prefix = install(store)
    look(store, environment(store))

    prefix.pip_uninstall("tqdm")  # pip is in the middle
    assert drift_state(store, environment(store)) == "clean"
    prefix.pip_install("tqdm", "4.70.1")
    rest(prefix)

    assert drift_view(store, environment(store)).worst == "pip_replaced_conda"


def test_what_has_not_been_touched_is_not_compared(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = install(store)
    remembered = EnvironmentList(store)
    remembered.views()

    def unwanted(*_: object) -> str:
        raise AssertionError("nobody touched it")

    monkeypatch.setattr(module, "fingerprint", unwanted)
    monkeypatch.setattr(module, "identity_verdicts", unwanted)
    assert [one.drift and one.drift.state for one in remembered.views()] == ["clean"]

    monkeypatch.undo()
    prefix.run()
    rest(prefix)
    monkeypatch.setattr(module, "identity_verdicts", unwanted)  # bytecode is no package
    assert [one.drift and one.drift.state for one in remembered.views()] == ["clean"]


def test_the_list_and_the_watch_notice_and_tell_once_each(store: Store) -> None:
    prefix = install(store)
    told = Told()
    watch, remembered = StoreWatch(store, told), EnvironmentList(store, told)
    assert not watch.look()
    remembered.views()

    prefix.pip_install("tqdm", "4.70.1")
    assert not watch.look()  # not at rest yet
    rest(prefix)

    assert watch.look().environments is True
    assert watch.look().environments is False
    (view,) = remembered.views()
    assert view.drift == drift_view(store, environment(store))
    assert set(told.heard) == {("pip_replaced_conda",)}


def test_bytecode_is_no_news(store: Store) -> None:
    prefix = install(store)
    watch = StoreWatch(store)

    prefix.run()
    (prefix.site / "__pycache__").mkdir()
    rest(prefix)

    assert not watch.look()


def test_each_generation_has_its_own(store: Store) -> None:
    drifted = install(store)
    drifted.pip_install("tqdm", "4.70.1")
    rest(drifted)
    assert drift_state(store, environment(store)) == "drifted"

    install(store, number=2)
    assert drift_state(store, environment(store)) == "clean"
    make_current(store, "demo", 1)
    assert drift_state(store, environment(store)) == "drifted"


def test_a_generation_that_goes_is_not_judged(store: Store) -> None:
    """Half removed it would look as if everything had been taken out of it."""
    prefix = install(store)
    found = environment(store)
    prefix.path.rename(store.root / "trash")

    assert check(store, found) is None
    assert not drift_file(store, "demo", 1).exists()


def test_an_environment_that_is_gone_does_not_come_back_as_a_folder(store: Store) -> None:
    install(store)
    found = environment(store)
    store.folder("demo").rename(store.root / "trash")

    assert look(store, found) is None
    assert not store.folder("demo").exists()


def test_a_record_of_another_generation_of_the_same_number_counts_for_nothing(
    store: Store,
) -> None:
    prefix = install(store)
    look(store, environment(store))
    record = drift_file(store, "demo", 1)
    record.write_bytes(record.read_bytes().replace(b"000000000000", b"111111111111"))
    prefix.pip_install("tqdm", "4.70.1")

    assert drift_state(store, environment(store)) == "drifted"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"operation": 7}'])
def test_a_damaged_record_is_made_anew(store: Store, text: bytes) -> None:
    install(store)
    look(store, environment(store))
    drift_file(store, "demo", 1).write_bytes(text)

    assert drift_state(store, environment(store)) == "clean"


def test_many_look_at_once(store: Store) -> None:
    prefix = install(store)
    prefix.pip_install("tqdm", "4.70.1")
    rest(prefix)
    states: list[str] = []

    def ask() -> None:
        states.extend(drift_state(store, environment(store)) for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert states == ["drifted"] * 60
