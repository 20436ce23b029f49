"""Test data that takes long to make is made once, and never seen half-made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.channel.cache import cached_folder

REPOSITORY = Path(__file__).parents[1]

_START = """
import os, sys, time
from pathlib import Path
from tests.support.channel.cache import cached_folder
"""

_DIES = (
    _START
    + """
def fill(folder):
    (folder / "part").touch()
    os._exit(9)
cached_folder(Path(sys.argv[1]), "key", fill)
"""
)

_SLOW = (
    _START
    + """
def fill(folder):
    with open(sys.argv[2], "a") as log:
        log.write("built\\n")
    time.sleep(0.5)
    (folder / "whole").touch()
cached_folder(Path(sys.argv[1]), "key", fill)
"""
)


def start(code: str, *arguments: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=REPOSITORY)


def test_interrupted_build_is_not_mistaken_for_a_complete_one(tmp_path: Path) -> None:
    with start(_DIES, tmp_path) as victim:
        assert victim.wait(timeout=30) == 9
    assert not (tmp_path / "key").exists()
    folder = cached_folder(tmp_path, "key", lambda unfinished: (unfinished / "whole").touch())
    assert [path.name for path in folder.iterdir()] == ["whole"]
    assert {path.name for path in tmp_path.iterdir()} == {"key", ".lock"}


def test_two_processes_build_once(tmp_path: Path) -> None:
    log = tmp_path / "builds"
    group = tmp_path / "group"
    with start(_SLOW, group, log) as first, start(_SLOW, group, log) as second:
        assert (first.wait(timeout=30), second.wait(timeout=30)) == (0, 0)
    assert log.read_text() == "built\n"


def test_only_the_keys_used_last_are_kept(tmp_path: Path) -> None:
    for number in range(4):
        cached_folder(tmp_path, f"key{number}", lambda _: None, keep=3)
        cached_folder(tmp_path, "key0", lambda _: None, keep=3)
    assert {path.name for path in tmp_path.glob("key*")} == {"key0", "key2", "key3"}
