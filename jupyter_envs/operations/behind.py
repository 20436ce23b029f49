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
    """True where the file is another one now, False where it is the same.

    None where there is no file to compare with: none was given, or it is gone.
    """
    if source is None or source.file is None or source.sha256 is None:
        return None
    if source.kind == "environment":
        return None  # "file" is the other environment's name
    try:
        state = os.stat(source.file)  # noqa: PTH116 - asked for each environment of a list
    except OSError:
        return None
    if not stat.S_ISREG(state.st_mode) or state.st_size > _LIMIT:
        return True  # reading a pipe would wait for ever
    now = _digest(source.file, state.st_mtime_ns, state.st_size)
    return None if now is None else now != source.sha256


@lru_cache(maxsize=1024)
def _digest(file: str, mtime: int, size: int) -> str | None:
    """sha256 of a file; the other two arguments tell one state of it from the next."""
    try:
        return content_hash(Path(file).read_bytes())
    except OSError:
        return None
