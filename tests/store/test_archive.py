"""What is kept of an environment: whole or not at all, and only where its symlink is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.errors import EnvironmentArchived, EnvironmentNotFound
from jupyter_envs.store import (
    ArchiveRecord,
    GenerationFiles,
    Store,
    discard_archive,
    discard_generation,
    forget_empty,
    get_environment,
    get_managed,
    get_recorded,
    is_archived,
    list_archived,
    list_environments,
    name_in_use,
    read_archive,
    retract,
    write_archive,
)
from tests.operations import publish
from tests.support.sandbox import manifest

RECORD = ArchiveRecord(
    archived="2026-01-01T00:00:00+00:00", archived_by="ada", operation="0123456789ab"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "envs")


@pytest.fixture
def archived(store: Store) -> Store:
    """With an archived environment called Demo."""
    publish(store, "Demo", 2)
    write_archive(store, get_managed(store, "Demo"), RECORD)
    retract(store, "Demo")
    discard_generation(store, "Demo", 2)
    return store


def test_what_is_kept_is_what_was_there(store: Store) -> None:
    files = publish(store, "demo", 2)
    files.spec.chmod(0o600)  # there may be a login in it
    before = {path.name: path.read_bytes() for path in files.folder.iterdir()}

    write_archive(store, get_managed(store, "demo"), RECORD)

    kept = GenerationFiles(store.archive("demo"))
    assert {name: (kept.folder / name).read_bytes() for name in before} == before
    assert kept.spec.stat().st_mode & 0o777 == 0o600
    assert read_archive(store, "demo") == RECORD
    assert not is_archived(store, "demo")
    assert get_managed(store, "demo").generation == 2


def test_a_second_archive_takes_the_place_of_the_first(store: Store) -> None:
    for number in (1, 2):
        publish(store, "demo", number)
        write_archive(store, get_managed(store, "demo"), RECORD)

    retract(store, "demo")

    info = get_recorded(store, "demo").info
    assert info is not None
    assert info.number == 2


def test_what_cannot_be_kept_whole_is_not_kept(store: Store) -> None:
    files = publish(store, "demo")
    environment = get_managed(store, "demo")
    files.lock.unlink()
    before = manifest(store.root)

    with pytest.raises(FileNotFoundError):
        write_archive(store, environment, RECORD)

    assert manifest(store.root) == before


@pytest.mark.parametrize("name", ["Demo", "demo", "DEMO"])
def test_it_is_found_and_its_name_is_taken(archived: Store, name: str) -> None:
    found = get_environment(archived, name)

    assert (found.slug, found.archived, found.managed, found.generation) == (
        "Demo",
        True,
        True,
        None,
    )
    assert found.prefix == archived.archive("Demo")
    with pytest.raises(EnvironmentArchived):
        get_managed(archived, name)
    assert name_in_use(archived, name) == "Demo"
    assert list_environments(archived) == []
    assert [one.slug for one in list_archived(archived)] == ["Demo"]


def test_its_folder_is_not_an_empty_one(archived: Store) -> None:
    forget_empty(archived, "Demo")
    assert is_archived(archived, "Demo")

    discard_archive(archived, "Demo")
    forget_empty(archived, "Demo")

    assert not archived.folder("Demo").exists()
    with pytest.raises(EnvironmentNotFound):
        get_environment(archived, "Demo")


def test_where_there_is_no_store_nothing_is_archived(store: Store) -> None:
    assert list_archived(store) == []
    assert name_in_use(store, "demo") is None
    assert read_archive(store, "demo") is None
    discard_archive(store, "demo")
