"""Servers as they are started: bare, with JupyterLab, again, and where the port is taken."""

from __future__ import annotations

import socket

import httpx
import pytest

from tests.server.conftest import Serve
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer


def test_jupyterlab_has_our_extension(start_server: Serve, sandbox: Sandbox) -> None:
    server = start_server(sandbox, application="lab", base_url="/lab/user")

    assert server.client.get("environments").expect(200) == {"environments": []}
    page = server.client.jupyter("GET", "lab")
    assert page.status == 200
    assert b"jupyter-config-data" in page.content
    assert server.log_text().count("jupyter_envs | extension was successfully loaded") == 1


def test_again_on_the_same_port(start_server: Serve, sandbox: Sandbox) -> None:
    server = start_server(sandbox)
    url, pid = server.url, server.pid

    server.kill()
    with pytest.raises(httpx.ConnectError):
        server.client.get("environments")
    server.restart()

    assert server.url == url
    assert server.pid != pid
    assert server.client.get("environments").expect(200) == {"environments": []}


def test_where_somebody_else_has_the_port(sandbox: Sandbox) -> None:
    server = JupyterServer(sandbox.environ, sandbox.folder / "server")
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()
        taken = server.port
        with server:
            assert server.port != taken
            assert server.client.get("").expect(200)["writable"] is True


def test_a_server_that_cannot_start_says_why(sandbox: Sandbox) -> None:
    config = {"ServerApp": {"base_url": 7}}
    server = JupyterServer(sandbox.environ, sandbox.folder / "server", config=config)

    with pytest.raises(AssertionError, match="base_url"):
        server.__enter__()
