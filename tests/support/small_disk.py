"""A small disk of its own for a process: a real file system that is full when it is full.

It is a mount in a namespace of Linux, which root may make, and elsewhere any user that the system
lets.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_ROOT = ("unshare", "--mount")
_USER = ("unshare", "--user", "--map-root-user", "--mount")


def mounted(folder: Path, options: str, *, script: str = 'exec "$@"') -> tuple[str, ...]:
    """An argv that runs a program with a tmpfs on ``folder``; skips where that is not allowed.

    ``script`` may prepare it first: it is a shell's, and has the program as its arguments.
    """
    mount = f'mount -t tmpfs -o {options} tmpfs "{folder}"'
    return _in_namespace(f"{mount} && {script}")


def read_only(folder: Path) -> tuple[str, ...]:
    """An argv that runs a program to which ``folder`` is on a disk that can only be read."""
    bind = f'mount --bind "{folder}" "{folder}" && mount -o remount,bind,ro "{folder}"'
    return _in_namespace(f'{bind} && exec "$@"')


def _in_namespace(script: str) -> tuple[str, ...]:
    start = _ROOT if os.geteuid() == 0 else _USER
    allowed = (
        shutil.which("unshare")
        and not subprocess.run([*start, "true"], capture_output=True, check=False).returncode
    )
    if not allowed:
        pytest.skip("needs root, or namespaces for everybody, to mount a small disk")
    return (*start, "sh", "-c", script, "sh")
