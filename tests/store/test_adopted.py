"""An adopted directory on the disk: where it is, what leads to it, and where it cannot be moved."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from jupyter_envs.store import (
    ADOPTED,
    GenerationFiles,
    Store,
    adopted,
    begin_adoption,
    commit_adoption,
    current_generation,
    exchange_problem,
    fingerprints,
    generation_of,
    make_current,
    needs_settling,
    retract,
    settle_adoption,
)
from tests.operations import publish


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """With ``theirs``, which conda made."""
    store = Store(tmp_path / "envs")
    meta = store.root / "theirs" / "conda-meta"
    meta.mkdir(parents=True)
    (meta / "history").touch()
    return store


def adopt(store: Store) -> None:
    begin_adoption(store, "theirs")
    staging = store.folder("theirs") / ".adoption"
    staging.mkdir()
    (staging / "generation.json").write_text("{}")
    commit_adoption(store, "theirs", staging)


def test_it_is_generation_0_from_the_commit_on(store: Store) -> None:
    before = fingerprints(store)["theirs"]
    assert current_generation(store, "theirs") is None
    begin_adoption(store, "theirs")
    assert current_generation(store, "theirs") is None
    assert needs_settling(store, "theirs")

    adopt(store)

    assert current_generation(store, "theirs") == ADOPTED
    assert not needs_settling(store, "theirs")
    prefix = store.generation("theirs", ADOPTED)
    assert prefix.resolve() == store.link("theirs")
    after = fingerprints(store)["theirs"]
    assert (after != before, generation_of(after)) == (True, ADOPTED)
    make_current(store, "theirs", ADOPTED)  # it is already
    assert not store.link("theirs").is_symlink()


def test_what_was_not_committed_is_taken_back(store: Store) -> None:
    begin_adoption(store, "theirs")

    assert settle_adoption(store, "theirs") == "taken back"
    assert settle_adoption(store, "theirs") is None

    assert not os.path.lexists(store.generation("theirs", ADOPTED))


def test_the_exchange_moves_it_and_nothing_else(store: Store) -> None:
    adopt(store)
    inode = store.link("theirs").stat().st_ino
    history = store.generation("theirs", ADOPTED) / "conda-meta" / "history"

    publish(store, "theirs", 1)

    assert current_generation(store, "theirs") == 1
    assert store.generation("theirs", ADOPTED).lstat().st_ino == inode
    assert history.exists()
    make_current(store, "theirs", ADOPTED)
    assert current_generation(store, "theirs") == ADOPTED
    assert store.link("theirs").stat().st_ino == inode
    assert not needs_settling(store, "theirs")


def test_where_it_cannot_be_exchanged_nothing_has_changed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt(store)

    def refuse(one: Path, other: Path) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(adopted, "exchange", refuse)
    with pytest.raises(OSError, match="Invalid argument"):
        make_current(store, "theirs", 1)

    assert current_generation(store, "theirs") == ADOPTED
    assert not needs_settling(store, "theirs")


def test_whether_it_can_be_exchanged_is_tried(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    assert exchange_problem(one, other) == "No such file or directory"
    other.mkdir()

    assert exchange_problem(one, other) is None
    assert [*one.iterdir(), *other.iterdir()] == []


def test_retracted_it_is_gone_from_its_place(store: Store) -> None:
    adopt(store)
    assert GenerationFiles(store.link("theirs")).info.exists()

    retract(store, "theirs")

    assert not os.path.lexists(store.link("theirs"))
    assert current_generation(store, "theirs") is None
