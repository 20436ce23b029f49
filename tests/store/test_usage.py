"""How much of a disk folders take."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from jupyter_envs.store import disk_usage


def du(*folders: Path) -> list[int]:
    """As du sees it, without the folders themselves."""
    command = ["du", "--block-size=1", "--summarize", *map(str, folders)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    totals = [int(line.split()[0]) for line in done.stdout.splitlines()]
    return [t - f.stat().st_blocks * 512 for t, f in zip(totals, folders, strict=True)]


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
