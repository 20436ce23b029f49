"""What uv does for the same wheels: a virtual environment and an install from a warm cache."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

from benchmarks.bench import Bench


class UvPeer:
    """uv, offline, with the wheels that the channel's packages were made from."""

    def __init__(self, bench: Bench, prefix: Path) -> None:
        self._uv = bench.uv()
        self._wheels = bench.wheels()
        self._cache = bench.folder / "uv-cache"
        self._environ = {**os.environ, "UV_CACHE_DIR": str(self._cache), "UV_NO_CONFIG": "1"}
        self.requirements = tuple(sorted(_distributions(prefix)))

    def make(self, folder: Path) -> Path:
        """A virtual environment with the distributions of the prefix; returns its Python."""
        base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        self._run("venv", "--quiet", "--offline", "--python", str(base), str(folder))
        python = folder / "bin" / "python"
        self._run(
            *("pip", "install", "--quiet", "--offline", "--no-index", "--no-deps"),
            *("--find-links", str(self._wheels), "--python", str(python)),
            *self.requirements,
        )
        return python

    def _run(self, *arguments: str) -> None:
        subprocess.run([self._uv, *arguments], env=self._environ, check=True)


def _distributions(prefix: Path) -> set[str]:
    """``name==version`` of what conda installed into a prefix, as PyPI knows it."""
    (site_packages,) = prefix.glob("lib/python3.*/site-packages")
    found = distributions(path=[str(site_packages)])
    return {f"{item.metadata['Name']}=={item.version}" for item in found}
