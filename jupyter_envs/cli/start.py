"""Where the command line begins, with nothing loaded yet, and where it ends."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext

from jupyter_envs.operations import collect_rarely, prepared

#: Commands that build. Their worker is started before this process has loaded anything.
_BUILDING = frozenset({"clone", "create", "recreate", "repair", "update"})


def main() -> None:
    """Run the command line; ends the process."""
    collect_rarely()
    try:
        with _worker():
            from .main import run

            run()
    except SystemExit as end:
        if isinstance(end.code, int):
            _leave(end.code)
        raise


def _worker() -> AbstractContextManager[None]:
    builds = not _BUILDING.isdisjoint(sys.argv[1:2])
    helps = not {"--help", "-h"}.isdisjoint(sys.argv)
    return prepared() if builds and not helps else nullcontext()


def _leave(code: int) -> None:
    """End at once: taking apart all that was loaded takes 30 ms, and nobody sees a difference.
    Returns where the last words cannot be written, which the interpreter then tells."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code)
