"""A package of one file that is a kernel all the same: this Python's ipykernel runs it.

Real kernels bring thousands of files, and an environment of this one is made in a second.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.cli.channels import make_channel
from tests.support.channel import LocalChannel
from tests.support.channel.archive import Entry, Recipe

#: A text file of the package, linked into every environment that has it.
NOTES = "share/tiny/notes.txt"

_ARGV = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
_SPEC = {"argv": _ARGV, "display_name": "Tiny", "language": "python"}


def tiny_channel(folder: Path) -> LocalChannel:
    """A channel that has nothing but the package ``tiny-kernel``."""
    files = (
        Entry("share/jupyter/kernels/tiny/kernel.json", json.dumps(_SPEC).encode()),
        Entry(NOTES, b"shipped\n"),
    )
    return make_channel(folder, Recipe(name="tiny-kernel", version="1.0", files=files))
