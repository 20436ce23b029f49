"""What lies in the cache under a package's name is used only if it comes from its archive."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_envs.engine.proven import forget_unproven
from tests.engine.installing import install_each
from tests.support.channel.hostile import Hostile, Member, write_hostile, write_repodata


@pytest.fixture(scope="module")
def somebody_elses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world in whose cache ``pkg-1.0-0`` comes from an archive of the same name."""
    folder = tmp_path_factory.mktemp("proven")
    for name, data in (("wanted", b"wanted"), ("other", b"others")):
        package = Hostile(name="pkg", members=(Member("share/file", data),))
        write_hostile(package, folder / name)
        write_repodata(folder / name, [package])
    assert install_each(folder / "other", folder / "worlds", "pkg") == [None]
    shutil.rmtree(folder / "worlds" / "pkg" / "prefix")
    return folder


@pytest.mark.parametrize("known", ["another archive", "nothing", "no lock file"])
def test_only_the_wanted_archives_files_are_installed(
    known: str, somebody_elses: Path, tmp_path: Path
) -> None:
    worlds = tmp_path / "worlds"
    shutil.copytree(somebody_elses / "worlds", worlds)
    lock = worlds / "pkg" / "cache" / "pkgs" / "pkg-1.0-0.lock"
    # What py-rattler writes: eight bytes that count, then the sha256.
    assert len(lock.read_bytes()) == 40
    if known == "nothing":
        lock.write_bytes(b"")
    elif known == "no lock file":
        lock.unlink()

    assert install_each(somebody_elses / "wanted", worlds, "pkg") == [None]

    assert (worlds / "pkg" / "prefix" / "share" / "file").read_bytes() == b"wanted"
    assert not list(lock.parent.glob(".unproven*"))


def test_what_somebody_is_unpacking_now_is_left_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "pkg-1.0-0"
    folder.mkdir()
    name = SimpleNamespace(normalized="pkg")
    record: Any = SimpleNamespace(name=name, version="1.0", build="0")
    with (tmp_path / "pkg-1.0-0.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        forget_unproven([record], tmp_path)
        assert folder.is_dir()
    forget_unproven([record], tmp_path)
    assert not folder.exists()
