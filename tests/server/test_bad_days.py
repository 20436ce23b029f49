"""Over REST: a full disk is 507, a failing one 503, and a name that is taken stays what it is."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.cli.refusals import everything
from tests.server import spec_source
from tests.server.conftest import Demo, Serve
from tests.support.api_client import ApiClient, environment
from tests.support.bad_disk import BadDisk
from tests.support.sandbox import Sandbox


def test_a_full_and_a_failing_disk(
    start_server: Serve, sandbox: Sandbox, bad_disk_library: Path, tmp_path: Path
) -> None:
    disk = BadDisk(bad_disk_library, tmp_path)
    sandbox.environ.update(disk.environ)
    client = start_server(sandbox).client
    client.done(client.post("environments", {"source": spec_source("text-prefix", name="demo")}))
    hidden = sandbox.envs / ".jupyter-envs"
    update = {"source": spec_source("activation-demo")}
    before = client.get(environment("demo")).expect(200)

    with disk.full(hidden / "operations"):
        problem = client.put(environment("demo"), update).problem(507, "no_space")
        client.get("environments").expect(200)
    assert str(hidden / "operations") in problem["message"]
    assert problem["hint"].startswith("What was there before is as it was")

    with disk.full(hidden / "demo"):
        ended = client.follow(client.put(environment("demo"), update).expect(202)["id"])
    assert (ended["state"], ended["error"]["code"]) == ("failed", "no_space")

    disk.fault(hidden, "lock", error=errno.ENOLCK)
    ended = client.follow(client.put(environment("demo"), update).expect(202)["id"])
    assert (ended["state"], ended["error"]["code"]) == ("failed", "disk_failed")
    disk.heal()

    assert client.get(environment("demo")).expect(200) == before
    assert client.get("operations", state="active").expect(200) == {"operations": []}
    client.done(client.put(environment("demo"), update))
    assert client.get(environment("demo")).expect(200)["generation"] == 2


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (spec_source("needs-old-lib", "needs-new-lib")["text"], 409, "name_taken"),
        ("name: demo\ndependencies: [text-prefix\n  - {", 422, "spec_invalid"),
    ],
)
def test_a_file_that_cannot_be_made_does_no_harm_to_the_name_it_has(
    client: ApiClient, person: Sandbox, demo: Demo, text: str, status: int, code: str
) -> None:
    before = everything(person)
    body = {"source": {"kind": "spec", "text": text}, "name": demo.name}

    client.post("environments", body).problem(status, code)

    assert everything(person) == before
