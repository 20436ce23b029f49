"""Where the command line begins: it has loaded nothing yet."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext

from jupyter_envs.operations import prepared

#: Commands that build. Their worker is started before this process has loaded anything.
_BUILDING = frozenset({"clone", "create", "recreate", "repair", "update"})


def main() -> None:
    """Run the command line; ends the process."""
    with _worker():
        from .main import run

        run()


def _worker() -> AbstractContextManager[None]:
    builds = not _BUILDING.isdisjoint(sys.argv[1:2])
    helps = not {"--help", "-h"}.isdisjoint(sys.argv)
    return prepared() if builds and not helps else nullcontext()
