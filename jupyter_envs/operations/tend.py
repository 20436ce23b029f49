"""What is done for a generation after it was published, when nobody waits any more.

All of it at low priority and none of it needed: killed at any moment, nothing is lost.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from jupyter_envs.engine import CacheDirs
from jupyter_envs.errors import EnvironmentBroken
from jupyter_envs.store import (
    GenerationFiles,
    detach,
    fill_cache,
    harvest_bytecode,
    link_mode,
    read_own_lock,
)

from .settings import Settings

_LOWEST_PRIORITY = 19


def tend(prefix: Path, settings: Settings) -> None:
    """Give root private copies of linked files, and the next generation its bytecode."""
    cache = CacheDirs.under(settings.cache_dir)
    files = GenerationFiles(prefix)
    with suppress(OSError, EnvironmentBroken):
        os.nice(_LOWEST_PRIORITY)
        lock = read_own_lock(files.lock)
        # File modes do not bind root: only a copy keeps its edits out of the cache.
        if os.geteuid() == 0 and link_mode(cache.packages, settings.envs_dir) == "hardlink":
            detach(prefix)
        harvest_bytecode(prefix, cache.bytecode, wheels=lock.wheels())
        fill_cache(prefix, cache.bytecode, wheels=lock.wheels())
