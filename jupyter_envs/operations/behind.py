"""Whether an environment's own file has changed since the environment was made from it."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path

from jupyter_envs.ledger import content_hash
from jupyter_envs.store import SourceInfo

#: Nobody's environment.yml is larger; what took its place is not read to find out.
_LIMIT = 4 * 1024 * 1024


def source_changed(source: SourceInfo | None) -> bool | None:
    """True where the file, or one that its pip section names, is another one now; False where
    all are the same.

    None where there is no file to compare with: none was given, or it is gone.
    """
    if source is None or source.file is None or source.sha256 is None:
        return None
    if source.kind == "environment":
        return None  # "file" is the other environment's name
    changed = _changed(source.file, source.sha256)
    if changed is False and source.included:
        folder = os.path.dirname(source.file)  # noqa: PTH120 - asked for each of a list
        # One that is gone is a change: what is there could not be made from the file any more.
        return any(
            _changed(f"{folder}/{key}", digest) is not False
            for key, digest in source.included.items()
        )
    return changed


def _changed(file: str, sha256: str) -> bool | None:
    try:
        state = os.stat(file)  # noqa: PTH116 - asked for each environment of a list
    except OSError:
        return None
    if not stat.S_ISREG(state.st_mode) or state.st_size > _LIMIT:
        return True  # reading a pipe would wait for ever
    now = _digest(file, state.st_mtime_ns, state.st_size)
    return None if now is None else now != sha256


# More than anybody has environments: with fewer, a list would read all of their files each time.
@lru_cache(maxsize=10_000)
def _digest(file: str, mtime: int, size: int) -> str | None:
    """sha256 of a file; the other two arguments tell one state of it from the next."""
    try:
        return content_hash(Path(file).read_bytes())
    except OSError:
        return None
