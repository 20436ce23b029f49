"""An archive of a few kilobytes that unpacks to more than there is room for."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.engine.child import in_child
from tests.engine.installing import Answer, install_each, install_here
from tests.support.channel.hostile import Hostile, Member, write_hostile, write_repodata

_MB = 1024 * 1024
_BOMB_MB, _ROOM_MB = 300, 100


def _with_little_room(url: str, world: str) -> Answer:
    """Runs in a child: as if all but some of the disk's free space were spoken for."""
    from jupyter_envs.engine import bombs

    bombs.RESERVE_BYTES = shutil.disk_usage(world).free - _ROOM_MB * _MB
    return install_here(url, Path(world), ["bomb"], {})


def test_a_bomb_is_stopped_and_cleared_away(tmp_path: Path) -> None:
    bomb = Hostile(name="bomb", members=(Member("share/zeros", bytes(_BOMB_MB * _MB)),))
    archive = write_hostile(bomb, tmp_path / "channel")
    write_repodata(tmp_path / "channel", [bomb])
    worlds = tmp_path / "worlds"
    worlds.mkdir()
    assert archive.stat().st_size < _MB

    error = in_child(_with_little_room, (tmp_path / "channel").as_uri(), str(worlds), timeout=120)

    assert error is not None
    assert error["code"] == "no_space"
    assert "Unpacking bomb was stopped" in error["hint"]
    left = sum(p.stat().st_size for p in worlds.rglob("*") if p.is_file() and not p.is_symlink())
    assert left < _MB


def test_a_large_package_with_room_for_it_is_no_bomb(tmp_path: Path) -> None:
    large = Hostile(name="large", members=(Member("share/zeros", bytes(100 * _MB)),))
    write_hostile(large, tmp_path / "channel")
    write_repodata(tmp_path / "channel", [large])
    assert install_each(tmp_path / "channel", tmp_path / "worlds", "large") == [None]
