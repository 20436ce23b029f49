"""A folder of things that take long to make: each complete or absent, never half-made."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]

_UNFINISHED = ".building-"

# Longer than any build takes, downloads included.
_WAIT_SECONDS = 900


def cache_root() -> Path:
    """Where test data is kept: ``JUPYTER_ENVS_TEST_CACHE``, else ``.cache/channel`` here."""
    named = os.environ.get("JUPYTER_ENVS_TEST_CACHE")
    return Path(named).resolve() if named else REPOSITORY / ".cache" / "channel"


def cached_folder(group: Path, key: str, fill: Callable[[Path], None], *, keep: int = 3) -> Path:
    """Return ``group/key``; when it is not there, make it with ``fill(empty folder)`` first.

    The folder appears by one rename, so it is complete whenever it exists. Only one process
    at a time builds in a group; others wait for it. Of the other keys the ``keep - 1`` last
    used stay. Raises BlockingIOError when another process builds for a quarter of an hour.
    """
    final = group / key
    if not final.is_dir():
        group.mkdir(parents=True, exist_ok=True)
        with _only_builder(group):
            if not final.is_dir():
                _remove_unfinished(group)
                _build(group, final, fill)
                _remove_old(group, keep)
    os.utime(final)
    return final


def _build(group: Path, final: Path, fill: Callable[[Path], None]) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=group))
    try:
        fill(unfinished)
        unfinished.chmod(0o755)
        unfinished.rename(final)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def _only_builder(group: Path) -> Iterator[None]:
    deadline = time.monotonic() + _WAIT_SECONDS
    with (group / ".lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield


def _remove_unfinished(group: Path) -> None:
    # Whoever made these was killed: a living builder would hold the lock that we hold.
    for leftover in group.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _remove_old(group: Path, keep: int) -> None:
    folders = [path for path in group.iterdir() if path.is_dir()]
    folders.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in folders[keep:]:
        shutil.rmtree(folder, ignore_errors=True)
