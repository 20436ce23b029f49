"""Another Jupyter: a virtual environment with jupyter_client, without this package."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from tests.support.channel.cache import cache_root, cached_folder

_REQUIREMENTS = ("jupyter_client==8.6.3",)


def foreign_python() -> Path:
    """Its interpreter; the environment is made once and kept in the test cache."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    key = "-".join((version, *_REQUIREMENTS)).replace("=", "")
    folder = cached_folder(cache_root() / "foreign", key, _fill)
    return folder / "bin" / "python"


def _fill(folder: Path) -> None:
    venv.create(folder, with_pip=True)
    # A venv's scripts name its path, which changes when the cache puts it in place; its
    # interpreter finds itself, and only that one is used.
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *_REQUIREMENTS]
    subprocess.run(command, check=True)
