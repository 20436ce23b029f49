"""A server before anything of ours is loaded, and one where it cannot be."""

from __future__ import annotations

from tests.server import until
from tests.server.conftest import Serve
from tests.support.sandbox import Sandbox

#: As configuration of the server: it is not loaded by itself.
LATER = "import jupyter_envs.server.app as app; app._LATER_SECONDS = 3600.0"

#: The same, and what it is loaded from is not there.
BROKEN = f"{LATER}; import sys; sys.modules['jupyter_envs.server.parts'] = None"


def test_a_verb_that_nobody_knows_loads_nothing(start_server: Serve, sandbox: Sandbox) -> None:
    client = start_server(sandbox, python=LATER).client

    before = client.request("TRACE", "environments")
    client.get("environments").expect(200)
    after = client.request("TRACE", "environments")

    assert before.problem(405, "method_not_allowed")
    assert before.headers["allow"] == "DELETE, GET, POST, PUT"
    assert after.problem(405, "method_not_allowed")
    assert after.headers["allow"] == "GET, POST"


def test_what_cannot_be_loaded_is_told_and_jupyter_lives(
    start_server: Serve, sandbox: Sandbox
) -> None:
    server = start_server(sandbox, python=BROKEN)

    for _ in range(2):
        server.client.get("environments").problem(500, "internal_error")
    server.client.jupyter("GET", "api/kernelspecs").expect(200)

    until(lambda: "jupyter_envs cannot be loaded" in server.log_text())
    assert server.log_text().count("jupyter_envs cannot be loaded") == 1
    said = len(server.log_text())
    server.stop()
    assert "Traceback" not in server.log_text()[said:]
