"""A real JupyterHub with its proxy, on 127.0.0.1; its single-user servers are processes here."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psutil

from tests.support.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PROXY = ROOT / "node_modules" / ".bin" / "configurable-http-proxy"

_START_SECONDS = 90.0
_POLL_SECONDS = 0.2

_CONFIG = """\
import json
given = json.loads({given!r})
c.JupyterHub.bind_url = given["url"]
c.JupyterHub.hub_bind_url = given["hub"]
c.ConfigurableHTTPProxy.api_url = given["proxy"]
c.ConfigurableHTTPProxy.command = [given["program"]]
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = given["folder"] + "/cookie_secret"
c.JupyterHub.pid_file = given["folder"] + "/hub.pid"
c.ConfigurableHTTPProxy.pid_file = given["folder"] + "/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = given["password"]
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = given["home"]
c.Spawner.cmd = [given["python"], "-m", "jupyterhub.singleuser"]
c.Spawner.args = given["args"]
c.Spawner.environment = given["environ"]
c.Spawner.notebook_dir = given["root"]
c.Spawner.default_url = "/lab"
c.Spawner.http_timeout = 60
c.JupyterHub.services = [{{"name": "tests", "api_token": given["token"]}}]
c.JupyterHub.load_roles = [
    {{"name": "tests", "services": ["tests"], "scopes": ["admin:servers", "access:servers"]}}
]
"""


def has_proxy() -> bool:
    """Whether the hub's proxy can be started: the front end's tools bring it."""
    return PROXY.exists() and shutil.which("node", path=_path()) is not None


def _path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


class Hub:
    """A hub whose every user has the sandbox's home. ``root`` is what their file browser shows;
    ``token`` may do what the user may, and more, over REST."""

    def __init__(self, user: Sandbox, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.root = folder / "work"
        self.root.mkdir()
        self.token = secrets.token_hex(16)
        self.password = secrets.token_hex(8)
        self.log = folder / "hub.log"
        public, hub, proxy = _free_ports(3)
        self.url = f"http://127.0.0.1:{public}/"
        self._folder = folder
        self._environ = {**user.environ, "PATH": _path()}
        self._given = self._configuration(user, hub, proxy)
        self._process: subprocess.Popen[bytes] | None = None

    def user_url(self, name: str) -> str:
        """A user's server, from the outside."""
        return f"{self.url}user/{name}/"

    def __enter__(self) -> Hub:
        config = self._folder / "jupyterhub_config.py"
        config.write_text(_CONFIG.format(given=json.dumps(self._given)), "utf-8")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(config)],
                env=self._environ,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._process
        assert process is not None
        # Single-user servers would outlive their hub.
        started = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        for child in started:
            if child.is_running() and "operations.worker" not in " ".join(_argv(child)):
                child.kill()

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}hub/api/", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(_POLL_SECONDS)
        self._process.kill()
        raise AssertionError(f"the hub did not start\n{self.log.read_text('utf-8', 'replace')}")

    def _configuration(self, user: Sandbox, hub: int, proxy: int) -> dict[str, Any]:
        environ = {
            name: value
            for name, value in user.environ.items()
            if name.startswith(("JUPYTER_", "NO_COLOR", "PIP_", "UV_", "SSL_", "REQUESTS_"))
        }
        return {
            "url": self.url,
            "hub": f"http://127.0.0.1:{hub}",
            "proxy": f"http://127.0.0.1:{proxy}",
            "program": str(PROXY),
            "folder": str(self._folder),
            "password": self.password,
            "home": str(user.home),
            "python": sys.executable,
            "args": ["--allow-root"] if os.geteuid() == 0 else [],
            "environ": {**environ, "JUPYTER_CONFIG_DIR": str(self._folder / "config")},
            "root": str(self.root),
            "token": self.token,
        }


def _argv(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _free_ports(count: int) -> list[int]:
    """Ports that nobody has at the moment, each another."""
    listeners = [socket.socket() for _ in range(count)]
    try:
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [int(listener.getsockname()[1]) for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()
