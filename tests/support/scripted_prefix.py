"""A prefix that has nothing but activation scripts, and what sourcing them really does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

SHELLS_OWN = {"_", "PWD", "OLDPWD", "SHLVL"}


def make_prefix(
    folder: Path, *activate: str, deactivate: Sequence[str] = (), suffix: str = ".sh"
) -> Path:
    """A prefix whose scripts are sourced in the order given."""
    for kind, scripts in (("activate.d", activate), ("deactivate.d", deactivate)):
        target = folder / "etc" / "conda" / kind
        target.mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(scripts):
            (target / f"{number}-script{suffix}").write_text(text)
    (folder / "bin").mkdir(exist_ok=True)
    return folder


def exported(command: Sequence[str | Path], environment: Mapping[str, str]) -> dict[str, str]:
    """The environment that a command ending in ``env -0`` prints."""
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=30)
    entries = (os.fsdecode(e).partition("=") for e in done.stdout.split(b"\0") if e)
    return {name: value for name, _, value in entries if name not in SHELLS_OWN}


def sourced(prefix: Path, settings: Mapping[str, str], caller: Mapping[str, str]) -> dict[str, str]:
    """The truth: bash sources the scripts in the caller's own environment."""
    bash = shutil.which("bash")
    assert bash is not None
    program = 'for f in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do . "$f" >&2; done; unset f\n'
    path = f"{prefix}/bin:{caller['PATH']}"
    environment = {**caller, **settings, "PATH": path}
    return exported([bash, "-c", program + "exec /usr/bin/env -0"], environment)
