"""Running uv, the one tool that touches the pip part of a prefix."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace
from uv import find_uv_bin

from .disk_words import disk_trouble
from .pip_rules import index_environment
from .repositories import git_environment
from .uv_messages import explain_uv

# What an activated environment of the caller would make uv look at instead of our prefix.
_MISLEADING = (
    "CONDA_PREFIX",
    "PYTHONHOME",
    "PYTHONPATH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "VIRTUAL_ENV",
)


class UvContext(msgspec.Struct, frozen=True, kw_only=True):
    """Where uv works: the prefix, its cache, and the site's index settings as ``UV_*``.

    ``elsewhere``: there is no prefix, since what is resolved is for another machine; the Python
    that runs this then builds what has to be built to know its requirements.
    """

    prefix: Path
    cache: Path
    environment: Mapping[str, str]
    offline: bool = False
    elsewhere: bool = False

    @property
    def python(self) -> Path:
        """The prefix's interpreter, or the one to resolve with where there is none."""
        return Path(sys.executable) if self.elsewhere else self.prefix / "bin" / "python"

    def told(self, lines: Sequence[str]) -> UvContext:
        """The same, with the indexes that the options among the pip section's lines name, and
        with the logins of its repositories."""
        known = {**os.environ, **self.environment}
        said = {**index_environment(lines, known), **git_environment(lines, known)}
        return replace(self, environment={**self.environment, **said})


class UvResult(msgspec.Struct, frozen=True):
    """What a uv call ended with."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def explanation(self) -> str:
        """uv's message as one sentence, without its drawing."""
        return explain_uv(self.stderr) or f"uv ended with {self.returncode}"


def run_uv(arguments: Sequence[str], context: UvContext, *, folder: Path) -> UvResult:
    """Run ``uv pip ...`` in ``folder``, which must hold no project of its own.

    Raises NoSpace and DiskFailed, where that is why it failed.
    """
    environment = {k: v for k, v in os.environ.items() if k not in _MISLEADING}
    environment.update(context.environment)
    environment.update(UV_CACHE_DIR=str(context.cache), UV_NO_PROGRESS="1", NO_COLOR="1")
    command = [find_uv_bin(), "pip", *arguments, "--python", str(context.python)]
    if context.offline:
        command.append("--offline")
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0 and (
        trouble := disk_trouble(done.stderr, context.cache, context.prefix)
    ):
        raise trouble
    return UvResult(done.returncode, done.stdout, done.stderr)
