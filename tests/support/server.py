"""A real Jupyter server of one person, as a child process, and a client of our API.

    with JupyterServer(sandbox.environ, folder) as server:
        started = server.client.post("environments", {"source": {...}}).expect(202)
        ended = server.client.follow(started["id"])

Nothing here knows pytest: browser tests, benchmarks and the demo use it too. The client alone
is enough where somebody else, a hub for instance, has started the server.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal

import httpx
import psutil

from tests.support.api_client import ApiClient

#: What a busy machine may take to start a server; JupyterLab takes three seconds on an idle one.
START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.05
_ATTEMPTS = 5
_SHOWN = 8000
#: One that a killed test run left behind goes by itself.
_FORGOTTEN_SECONDS = 1800

_PROGRAMS = {"server": "jupyter_server", "lab": "jupyterlab"}
_PORT_TAKEN = ("is already in use", "no available port could be found")
#: Installed beside us and enabled for everybody: a bare server starts faster without.
_NOT_NEEDED = ("jupyter_lsp", "jupyter_server_terminals", "jupyterlab", "notebook_shim")


class JupyterServer:
    """``jupyter server`` or ``jupyter lab`` on 127.0.0.1, with our extension enabled.

    ``environ`` is the person's environment (:attr:`Sandbox.environ`); ``folder`` takes the
    configuration and the log, and ``root`` (default: ``folder/work``) is what the file browser
    shows. ``config`` is configuration as in ``jupyter_server_config.json``, and wins;
    ``python`` the text of a ``jupyter_server_config.py`` beside it, for classes. ``prefix`` is an
    argv that the server is started by.

    ``url`` ends with a slash and has the base_url. The server starts at the latest when a
    ``with`` block begins, and is gone, kernels included, when it ends; operations that it
    started go on.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        folder: Path,
        *,
        application: Literal["server", "lab"] = "server",
        base_url: str = "/",
        root: Path | None = None,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        python: str = "",
        prefix: tuple[str, ...] = (),
        check: Callable[[httpx.Response], None] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.application = application
        self.base_url = f"/{base_url.strip('/')}/".replace("//", "/")
        self.root = root or folder / "work"
        self.root.mkdir(exist_ok=True)
        self.folder = folder
        self.log = folder / "server.log"
        self.token = secrets.token_hex(16)
        self.port = _free_port()
        self.client = ApiClient(self.url, self.token, check=check)
        self._config = config or {}
        self._python = python
        self._argv = [*prefix, sys.executable, "-m", _PROGRAMS[application]]
        self._environ = {**environ, "JUPYTER_CONFIG_DIR": str(folder / "config")}
        self._process: subprocess.Popen[bytes] | None = None
        self._orphans: list[psutil.Process] = []

    # -- its life -----------------------------------------------------------------------------

    def __enter__(self) -> JupyterServer:
        if self._process is None:
            try:
                self.start()
            except BaseException:
                self.client.close()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self.client.close()
        for kernel in self._orphans:
            with suppress(psutil.NoSuchProcess):
                kernel.kill()

    def start(self) -> None:
        """Start it and wait until it answers. Raises AssertionError, with the log, if it does
        not; another program that took the port is no reason."""
        for _ in range(_ATTEMPTS):
            if self._starts():
                return
            self.port = _free_port()
            self.client.move(self.url)
        raise AssertionError(f"no port was free in {_ATTEMPTS} attempts\n{self.log_text()}")

    def stop(self) -> None:
        """End it as Ctrl-C does, kernels included."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9: whatever it was about to do is not done."""
        if self._process is not None and self._process.poll() is None:
            self._orphans += _kernels_of(self._process.pid)
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start it again, on the same port and with the same token."""
        self.stop()
        if not self._starts():
            raise AssertionError(f"port {self.port} is taken\n{self.log_text()}")

    @property
    def pid(self) -> int:
        """Of the running server."""
        assert self._process is not None, "the server was not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def url(self) -> str:
        """Where it is, base_url included."""
        return f"http://127.0.0.1:{self.port}{self.base_url}"

    def log_text(self) -> str:
        """Everything that it has printed since it was first started."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    # -- how ----------------------------------------------------------------------------------

    def _starts(self) -> bool:
        """False where the port was taken."""
        self._configure()
        before = len(self.log_text())
        with self.log.open("ab") as log:
            self._process = self._launch(log)
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if self.client.answers():
                return True
            time.sleep(_POLL_SECONDS)
        self.kill()
        said = self.log_text()[before:]
        if any(words in said for words in _PORT_TAKEN):
            return False
        raise AssertionError(f"the server did not start\n{said[-_SHOWN:]}")

    def _launch(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._argv,
            env=self._environ,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    def _configure(self) -> None:
        """In files, so that the token is in nobody's list of processes."""
        extensions = {"jupyter_envs": True}
        if self.application == "server":
            extensions |= dict.fromkeys(_NOT_NEEDED, False)
        made: dict[str, dict[str, Any]] = {
            "ServerApp": {
                "ip": "127.0.0.1",
                "port": self.port,
                "port_retries": 0,
                "base_url": self.base_url,
                "root_dir": str(self.root),
                "allow_root": os.geteuid() == 0,
                "open_browser": False,
                "jpserver_extensions": extensions,
                "shutdown_no_activity_timeout": _FORGOTTEN_SECONDS,
            },
            "IdentityProvider": {"token": self.token},
            # No question to the network: neither for news nor for a newer version.
            "LabApp": {"extension_manager": "readonly", "news_url": None},
        }
        for section, values in self._config.items():
            made[section] = {**made.get(section, {}), **values}
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        written = config / "jupyter_server_config.json"
        written.touch(mode=0o600)
        written.write_text(json.dumps(made, indent=1), "utf-8")
        (config / "jupyter_server_config.py").write_text(self._python, "utf-8")

    def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._orphans += _kernels_of(process.pid)
            process.kill()
            process.wait(_STOP_SECONDS)


def _free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _kernels_of(pid: int) -> list[psutil.Process]:
    """What a server started, but for operations, which outlive it."""
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(pid).children(recursive=True)
        return [one for one in children if not _is_worker(one)]
    return []


def _is_worker(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "jupyter_envs.operations.worker" in process.cmdline()
    return False
