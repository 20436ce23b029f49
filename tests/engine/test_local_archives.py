"""Archives in a folder, which py-rattler does not hash: verified, and still the same afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.child import in_child
from tests.engine.installing import Answer, install_each, install_here
from tests.support.channel.hostile import Hostile, Member, write_hostile, write_repodata


def _change_meanwhile(url: str, world: str, archive: str, other: str) -> Answer:
    """Runs in a child: ``other`` takes the archive's place once its hash was right."""

    def progress(phase: str, *_: object) -> None:
        if phase == "download" and Path(other).exists():
            Path(other).replace(archive)

    return install_here(url, Path(world), ["pkg"], {}, progress)


def make(folder: Path, data: bytes) -> Path:
    package = Hostile(name="pkg", members=(Member("share/file", data),))
    archive = write_hostile(package, folder)
    write_repodata(folder, [package])
    return archive


@pytest.mark.parametrize("bytes_", [b"others", b"wanted"], ids=["other bytes", "a copy"])
def test_an_archive_that_changes_while_it_is_installed(tmp_path: Path, bytes_: bytes) -> None:
    archive = make(tmp_path / "channel", b"wanted")
    other = make(tmp_path / "other", bytes_)
    worlds = tmp_path / "worlds"
    arguments = ((tmp_path / "channel").as_uri(), str(worlds / "pkg"), str(archive), str(other))

    error = in_child(_change_meanwhile, *arguments)

    assert not other.exists(), "it was not put in its place"
    if bytes_ == b"wanted":
        assert error is None
        return
    assert error is not None
    assert error["code"] == "package_corrupt"
    assert "it changed while it was installed" in error["message"]
    # Nor does the cache keep it under the right one's name; the prefix is thrown away.
    assert not (worlds / "pkg" / "cache" / "pkgs" / "pkg-1.0-0").exists()
    shutil.rmtree(worlds / "pkg" / "prefix")
    make(tmp_path / "again", b"wanted").replace(archive)
    assert install_each(tmp_path / "channel", worlds, "pkg") == [None]
    assert (worlds / "pkg" / "prefix" / "share" / "file").read_bytes() == b"wanted"
