"""Workers, and one that is started before its job is there. It loads next to nothing itself."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

#: Loading makes many objects, and hardly one that can go: looking for these every 700, as Python
#: does by itself, takes 19 of a worker's 260 ms.
_COLLECT_EVERY = 20_000

PREPARE = "--prepare"
"""Tells a worker to load what building needs before its job is there."""

#: Workers that wait for a job: none, or one in a command that is about to start it.
_PREPARED: list[subprocess.Popen[bytes]] = []


def collect_rarely() -> None:
    """For a process that loads much and then does one thing."""
    gc.set_threshold(_COLLECT_EVERY)


def new_worker(output: IO[bytes] | int, *options: str) -> subprocess.Popen[bytes]:
    """A worker, which reads its job from its standard input."""
    return subprocess.Popen(
        [sys.executable, "-m", "jupyter_envs.operations.worker", *options],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        # Not the caller's folder: "-m" would import modules that lie there.
        cwd="/",
        start_new_session=True,
    )


@contextmanager
def prepared() -> Iterator[None]:
    """Start a worker now, for the job that will be started inside the block.

    It loads what building needs while this process loads its own, reads files and checks them:
    most of what an environment takes beyond its packages is the loading of two Pythons, one after
    the other. Without a job it is ended at the end of the block.
    """
    _PREPARED.append(new_worker(subprocess.DEVNULL, PREPARE))
    try:
        yield
    finally:
        while _PREPARED:
            unused = _PREPARED.pop()
            unused.kill()
            unused.communicate()


def take_prepared() -> subprocess.Popen[bytes] | None:
    """The worker that waits, None where there is none or it has died."""
    while _PREPARED:
        process = _PREPARED.pop()
        if process.poll() is None:
            return process
        process.communicate()
    return None
