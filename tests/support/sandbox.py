"""A person at a machine: an empty home, the command line, and what lies on the disk."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

#: What a developer's own shell must not lend to the person in the sandbox.
_NOT_INHERITED = ("CONDA", "JUPYTER", "MAMBA", "RATTLER", "VIRTUAL_ENV", "XDG_", "PYTHONPATH")


class Failed(Exception):
    """A command that did not end well; carries what it printed."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        super().__init__(f"exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        self.returncode = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr

    @property
    def error(self) -> dict[str, Any]:
        """The last line of ``--json``: code, params, message, hint."""
        body: dict[str, Any] = json.loads(self.stdout.splitlines()[-1])
        return body


class Sandbox:
    """One user. ``cache`` may be shared between users; everything else is theirs."""

    def __init__(self, folder: Path, *, cache: Path, channels: tuple[str, ...]) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.envs = self.home / "envs"
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_NOT_INHERITED) and name != "PYTHONDONTWRITEBYTECODE"
        }
        self.environ.update(
            HOME=str(self.home),
            JUPYTER_ENVS_CACHE_DIR=str(cache),
            JUPYTER_DATA_DIR=str(self.home / "jupyter"),
            JUPYTER_RUNTIME_DIR=str(self.home / "runtime"),
            JUPYTER_PLATFORM_DIRS="1",
            NO_COLOR="1",
            COLUMNS="200",
        )
        self.configure(channels=list(channels), envs_dirs=[str(self.envs)])

    def configure(self, **settings: Any) -> None:
        """Write the person's ``~/.condarc`` anew (JSON is YAML too)."""
        (self.home / ".condarc").write_text(json.dumps(settings), "utf-8")

    def write(self, name: str, text: str) -> Path:
        """A file in the person's folder."""
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def spec(self, *dependencies: str, name: str = "demo", **sections: Any) -> Path:
        """An environment.yml with these dependencies."""
        pip = sections.pop("pip", None)
        lines: list[Any] = [*dependencies, *([{"pip": pip}] if pip else [])]
        body = {"name": name, "dependencies": lines, **sections}
        return self.write(f"{name}.yml", json.dumps(body, indent=1))

    def command(self, *arguments: object) -> list[str]:
        """The argv of a ``jupyter envs`` call."""
        return [sys.executable, "-m", "jupyter_envs", *map(str, arguments)]

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """A call that goes on while the test does."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environ,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object, timeout: float = 240) -> str:
        """Standard output of a call. Raises Failed when it ends with anything but 0."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environ,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode != 0:
            raise Failed(done)
        return done.stdout

    def json(self, *arguments: object) -> Any:
        """The last line of a call with ``--json``."""
        return json.loads(self.run(*arguments, "--json").splitlines()[-1])

    def create(self, *dependencies: str, name: str = "demo", **sections: Any) -> dict[str, Any]:
        """Make an environment; returns its final answer."""
        spec = self.spec(*dependencies, name=name, **sections)
        result: dict[str, Any] = self.json("create", spec)
        return result

    def names(self) -> list[str]:
        """What ``list`` says."""
        return [found["name"] for found in self.json("list")["environments"]]

    def kernel_names(self) -> list[str]:
        """The kernels that lie in the person's Jupyter folder."""
        return sorted(path.parent.name for path in self.home.glob("jupyter/kernels/*/kernel.json"))

    def registered(self) -> list[str]:
        """The lines of conda's environments.txt."""
        register = self.home / ".conda" / "environments.txt"
        return register.read_text().splitlines() if register.exists() else []


def manifest(folder: Path) -> dict[str, str]:
    """Every entry below ``folder`` with the hash of its bytes, a symlink with its text."""
    found = {}
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(root) / name
            key = str(path.relative_to(folder))
            if path.is_symlink():
                found[key] = f"-> {path.readlink()}"
            elif path.is_file():
                found[key] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                found[key] = "folder"
    return found
