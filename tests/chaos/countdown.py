"""Who is to die, and after which of its changes of the file system."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.support.nvml import compiler

_SOURCE = Path(__file__).with_name("countdown.c")

#: How the command lines of possible victims are known.
WORKER = "jupyter_envs.operations.worker"


def build_countdown(folder: Path) -> Path:
    """The library in ``folder``. It has to be there: :func:`compiler` tells."""
    cc = compiler()
    assert cc is not None
    target = folder / "countdown.so"
    command = [cc, "-std=gnu11", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", str(target),
               str(_SOURCE), "-ldl"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return target


class Countdown(NamedTuple):
    """``after`` is the number of the change, or how its line begins; 0 for a victim that is only
    watched. ``group``: with it die all that it has started. ``log`` takes a line for each
    change."""

    library: Path
    below: Path
    log: Path
    victim: str = WORKER
    after: int | str = 0
    group: bool = False

    def environ(self) -> dict[str, str]:
        """Variables for whoever starts the victim."""
        return {
            "LD_PRELOAD": str(self.library),
            "CHAOS_VICTIM": self.victim,
            "CHAOS_BELOW": str(self.below),
            "CHAOS_AT": str(self.after) if isinstance(self.after, int) else "0",
            "CHAOS_WHEN": self.after if isinstance(self.after, str) else "",
            "CHAOS_GROUP": "1" if self.group else "0",
            "CHAOS_LOG": str(self.log),
        }

    def changes(self) -> list[str]:
        """What the victim did, like ``rename envs/demo``."""
        return self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []
