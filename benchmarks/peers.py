"""What others do with the same wheels: a virtual environment, and an install into it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

from benchmarks.bench import Bench


class UvPeer:
    """uv, offline, with a cache that is warm after the first time."""

    def __init__(self, bench: Bench, wheels: Path, requirements: Sequence[str]) -> None:
        self._uv = bench.uv()
        self._wheels = wheels
        self._environ = {
            **os.environ,
            "UV_CACHE_DIR": str(bench.folder / "uv-cache"),
            "UV_NO_CONFIG": "1",
        }
        self.requirements = requirements

    def make(self, folder: Path) -> Path:
        """A virtual environment with the distributions; returns its Python."""
        python = folder / "bin" / "python"
        self._run("venv", "--quiet", "--offline", "--python", _base_python(), str(folder))
        self._run(
            *("pip", "install", "--quiet", "--offline", "--no-index", "--no-deps"),
            *("--find-links", str(self._wheels), "--python", str(python)),
            *self.requirements,
        )
        return python

    def _run(self, *arguments: str) -> None:
        subprocess.run([self._uv, *arguments], env=self._environ, check=True)


class PipPeer:
    """``python -m venv`` and ``pip install``, as its users have it: with bytecode, no index."""

    def __init__(self, wheels: Path, requirements: Sequence[str]) -> None:
        self._wheels = wheels
        self.requirements = requirements

    def make(self, folder: Path) -> None:
        """A virtual environment with the distributions."""
        environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        install = [
            *(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"),
            *("--no-index", "--no-deps", "--disable-pip-version-check"),
            *("--find-links", str(self._wheels)),
            *self.requirements,
        ]
        for command in ([_base_python(), "-m", "venv", str(folder)], install):
            subprocess.run(command, env=environ, check=True)


def _base_python() -> str:
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def distributions_of(prefix: Path) -> tuple[str, ...]:
    """``name==version`` of what conda installed into a prefix, as PyPI knows it."""
    (site_packages,) = prefix.glob("lib/python3.*/site-packages")
    found = distributions(path=[str(site_packages)])
    return tuple(sorted({f"{item.metadata['Name']}=={item.version}" for item in found}))
