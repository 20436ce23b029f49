"""A channel of 500 packages that have next to nothing in them: what a package costs by itself."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.support.channel.archive import Entry, Recipe, write_archive
from tests.support.channel.cache import REPOSITORY, cache_root, cached_folder

NAMES = tuple(f"small-{number:03}" for number in range(500))
_FILES = 10


def channel_of_small_packages() -> str:
    """The channel's URL; made once."""
    key = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    return cached_folder(cache_root() / "small", key, _fill, keep=1).as_uri()


def _fill(folder: Path) -> None:
    for name in NAMES:
        files = (Entry(f"share/{name}/{number}.txt", name.encode()) for number in range(_FILES))
        write_archive(Recipe(name=name, version="1.0", files=tuple(files)), folder)
    command = [sys.executable, "-m", "tests.support.channel.index", str(folder)]
    subprocess.run(command, check=True, cwd=REPOSITORY, stdin=subprocess.DEVNULL, timeout=300)
