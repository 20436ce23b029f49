"""A person at a machine: an empty home, the command line, and what lies on the disk."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
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
        self._started: list[subprocess.Popen[str]] = []
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
            # It goes on after a command has ended; the tests that are about it turn it on.
            JUPYTER_ENVS_TEND="0",
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
        """A call that goes on while the test does; :meth:`close` ends it at the latest."""
        process = subprocess.Popen(
            self.command(*arguments),
            env=self.environ,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # As from a terminal: tests in the background would hand on that Ctrl-C is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._started.append(process)
        return process

    def workers(self) -> list[int]:
        """Pids of operations' processes that still live."""
        found = []
        for path in self.envs.glob(".jupyter-envs/operations/*.jsonl"):
            for line in path.read_bytes().splitlines():
                if b'"started"' in line:
                    found.append(int(json.loads(line)["params"]["worker"]["pid"]))
        return [pid for pid in found if _lives(pid)]

    def wait_for_workers(self, seconds: float = 60) -> None:
        """Until no operation works any more, also behind the scenes."""
        deadline = time.monotonic() + seconds
        while self.workers() and time.monotonic() < deadline:
            time.sleep(0.05)

    def close(self) -> None:
        """End what is left of this person's processes."""
        for process in self._started:
            process.kill()
            process.communicate()
        for pid in self.workers():
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

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


def _lives(pid: int) -> bool:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return fields[0] != "Z" and b"jupyter_envs" in command


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
