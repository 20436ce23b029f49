"""What is really there: the other half of every comparison with the screen."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.support.sandbox import Sandbox


class Disk:
    """One environment on the disk, read without any code of ours."""

    def __init__(self, user: Sandbox, name: str) -> None:
        self.path = user.envs / name
        self._folder = user.envs / ".jupyter-envs" / name
        self._kernels = user.home / "jupyter" / "kernels"
        self._name = name

    @property
    def generation(self) -> int:
        """Where the symlink points."""
        return int(Path(os.readlink(self.path)).name)

    @property
    def generations(self) -> list[int]:
        """The complete ones."""
        numbers = [int(path.name) for path in self._folder.iterdir() if path.name.isdigit()]
        return sorted(n for n in numbers if not self._is_building(n))

    def _is_building(self, number: int) -> bool:
        return (self._folder / str(number) / "conda-meta" / "jupyter-envs" / "building").exists()

    @property
    def prefix(self) -> Path:
        """The current generation."""
        return self._folder / str(self.generation)

    @property
    def packages(self) -> int:
        """conda's records, and the dist-infos that pip left."""
        conda = len(list(self.prefix.glob("conda-meta/*.json")))
        installers = self.prefix.glob("lib/python3*/site-packages/*.dist-info/INSTALLER")
        return conda + sum(path.read_text().strip() != "conda" for path in installers)

    def version(self, package: str) -> str:
        """Of an installed Python package, as its own metadata says."""
        found = next(self.prefix.glob(f"lib/python3*/site-packages/{package}-*.dist-info/METADATA"))
        lines = found.read_text("utf-8").splitlines()
        return next(line.split(": ", 1)[1] for line in lines if line.startswith("Version: "))

    @property
    def lock_digest(self) -> str:
        """As the kernel is told it."""
        start = (self.prefix / "conda-meta" / "jupyter-envs" / "start").read_text()
        line = next(line for line in start.splitlines() if "JUPYTER_ENVS_LOCK=" in line)
        return line.split("=", 1)[1].strip("'\"")

    @property
    def kernel_prefix(self) -> Path:
        """The generation that Jupyter's kernelspec starts."""
        spec = json.loads(
            (self._kernels / f"conda-env-{self._name}-py" / "kernel.json").read_text()
        )
        return Path(spec["argv"][0]).parents[2]

    @property
    def is_gone(self) -> bool:
        """Neither link, nor folder, nor kernel."""
        kernels = list(self._kernels.glob(f"conda-env-{self._name}-*"))
        return not os.path.lexists(self.path) and not self._folder.exists() and not kernels
