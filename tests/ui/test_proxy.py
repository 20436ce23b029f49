"""The main path under a base_url behind nginx, which speaks TLS."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from playwright.sync_api import Browser

from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.lab import Lab, quiet_settings
from tests.ui.main_path import World, walk

# As docs/guides/jupyterlab.md tells administrators; the socket headers are Jupyter's own need.
_CONFIG = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/server.pem;
    ssl_certificate_key {folder}/server.pem;
    location /science/ {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Scheme $scheme;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 1d;
    }}
  }}
}}
"""


def find_nginx() -> str | None:
    """Debian keeps it where ordinary users do not look."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def nginx(folder: Path, upstream: int) -> Iterator[str]:
    """Its URL, while it runs before the server on a port."""
    program = find_nginx()
    if program is None:
        pytest.skip("needs nginx")
    folder.mkdir()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        folder / "server.pem"
    )
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, upstream=upstream, user=user))
    command = [program, "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process, folder)
        yield f"https://127.0.0.1:{port}/science/"
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as plain:
                trusting.wrap_socket(plain).close()
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError((folder / "error.log").read_text())


def test_the_main_path_behind_nginx_with_tls(
    browser: Browser, sandbox: Sandbox, tmp_path: Path
) -> None:
    folder = tmp_path / "server"
    quiet_settings(folder / "config")
    config = {"ServerApp": {"allow_remote_access": True}}
    with (
        JupyterServer(
            sandbox.environ, folder, application="lab", base_url="/science/", config=config
        ) as server,
        nginx(tmp_path / "nginx", server.port) as url,
        browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="en-GB", ignore_https_errors=True
        ) as context,
    ):
        lab = Lab(context.new_page(), url).open(server.token)
        walk(World(lab, sandbox, server.root, server.client))
