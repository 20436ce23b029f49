"""How much of a disk folders take."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.store import FileKey, contents, freed_by, inventory


def du(*folders: Path) -> list[int]:
    """As du sees it, without the folders themselves."""
    command = ["du", "--block-size=1", "--summarize", *map(str, folders)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    totals = [int(line.split()[0]) for line in done.stdout.splitlines()]
    return [t - f.stat().st_blocks * 512 for t, f in zip(totals, folders, strict=True)]


def disk_usage(folders: list[Path]) -> list[int]:
    """Bytes of each folder beyond those before it, as one after the other is looked at."""
    seen: set[FileKey] = set()
    return [contents(one, without=folders).beyond(seen) for one in folders]


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A folder with files of some sizes, a sparse one, and links of both kinds."""
    folder = tmp_path / "one"
    (folder / "deep" / "er").mkdir(parents=True)
    for number, size in enumerate((0, 1, 4096, 100_000)):
        (folder / "deep" / f"{number}").write_bytes(os.urandom(size))
    (folder / "deep" / "er" / "again").hardlink_to(folder / "deep" / "3")
    (folder / "out").symlink_to("/usr")
    (folder / "round").symlink_to(folder)
    with (folder / "sparse").open("wb") as file:
        file.truncate(1 << 30)
    return folder


def test_one_folder_as_du_sees_it(one: Path) -> None:
    assert disk_usage([one]) == du(one)
    assert disk_usage([one])[0] < 300_000


def test_what_two_folders_share_is_the_first_ones(one: Path, tmp_path: Path) -> None:
    two = tmp_path / "two"
    two.mkdir()
    (two / "shared").hardlink_to(one / "deep" / "3")
    (two / "own").write_bytes(os.urandom(50_000))

    assert disk_usage([one, two]) == du(one, two)
    assert disk_usage([two, one]) == du(two, one)
    assert disk_usage([one, two])[1] < 60_000


def test_a_folder_inside_another_is_not_counted_twice(one: Path) -> None:
    """The cache of a store on another file system lies inside the store."""
    inner = one / "deep"

    outer, inside = disk_usage([one, inner])

    assert inside == disk_usage([inner])[0]
    assert outer + inner.stat().st_blocks * 512 + inside == disk_usage([one])[0]


def test_what_is_not_there_takes_nothing(one: Path, tmp_path: Path) -> None:
    assert disk_usage([tmp_path / "nonesuch", one / "sparse", one]) == [0, 0, *du(one)]
    assert disk_usage([]) == []


# -- what removal frees ------------------------------------------------------------------------


def really_freed(*paths: Path, within: Path) -> int:
    """Bytes by which a folder is smaller, as du sees it, once places in it are gone."""
    before = du(within)[0]
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return before - du(within)[0]


def test_a_file_with_a_name_elsewhere_is_not_freed(one: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "kept").hardlink_to(one / "deep" / "3")
    found = inventory(one)

    assert found.total - found.unique == (one / "deep" / "3").stat().st_blocks * 512
    assert found.unique == really_freed(one, within=tmp_path)


def test_all_names_inside_are_freed(one: Path, tmp_path: Path) -> None:
    found = inventory(one)

    assert found.unique == found.total == really_freed(one, within=tmp_path)


def test_two_that_share_are_freed_together_only(one: Path, tmp_path: Path) -> None:
    two = tmp_path / "two"
    two.mkdir()
    (two / "shared").hardlink_to(one / "deep" / "3")
    first, second = inventory(one), inventory(two)
    shared = (two / "shared").stat().st_blocks * 512
    assert first.total - first.unique == second.total - second.unique == shared

    first.add(second)

    assert first.unique == first.total == really_freed(one, two, within=tmp_path)


NAMES = st.sampled_from(["a", "b", "c", "d"])


@settings(deadline=None)  # it writes files
@given(
    files=st.lists(st.tuples(NAMES, st.sets(NAMES)), max_size=12),
    order=st.permutations(["a", "b", "c"]),
)
def test_each_removal_frees_what_was_said(
    tmp_path_factory: pytest.TempPathFactory,
    files: list[tuple[str, set[str]]],
    order: list[str],
) -> None:
    """Files with names in several folders; one of the folders stays."""
    root = tmp_path_factory.mktemp("links")
    for name in ("a", "b", "c", "d"):
        (root / name).mkdir()
    for number, (home, others) in enumerate(files):
        file = root / home / f"{number}"
        file.write_bytes(b"x" * 5000 * (number + 1))
        for other in others - {home}:
            (root / other / f"{number}").hardlink_to(file)

    said = freed_by([root / name] for name in order)

    assert said == [really_freed(root / name, within=root) for name in order]


def test_a_link_is_not_followed(one: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(one)

    assert freed_by([[tmp_path / "link"]])[0] <= 4096


def test_what_is_not_there_frees_nothing(tmp_path: Path) -> None:
    assert freed_by([[tmp_path / "nonesuch"], []]) == [0, 0]
    assert inventory(tmp_path / "nonesuch").total == 0
