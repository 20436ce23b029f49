"""Over REST: archive and recreate, the file an environment was made from, disk space."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.server import file_source, spec_source, spec_text, until
from tests.server.conftest import Demo, Serve
from tests.support.api_client import ApiClient, environment
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer


def make(client: ApiClient, name: str, *dependencies: str) -> dict[str, Any]:
    source = spec_source(*(dependencies or ("text-prefix",)), name=name)
    return client.done(client.post("environments", {"source": source}))


def archive(client: ApiClient, name: str, **body: Any) -> dict[str, Any]:
    return client.done(client.post(environment(name, "archive"), body))


def listed(client: ApiClient, name: str) -> dict[str, Any] | None:
    found = client.get("environments").expect(200)["environments"]
    return next((one for one in found if one["name"] == name), None)


# -- archive and recreate ----------------------------------------------------------------------


def test_archived_and_back(client: ApiClient, person: Sandbox, name: str) -> None:
    made = make(client, name)
    packages = client.get(environment(name, "packages")).expect(200)
    lock = client.get(environment(name, "export"), format="lock").content

    result = archive(client, name)

    assert (result["archived"], result["lock_digest"]) == (True, made["lock_digest"])
    assert result["freed"] > 0
    one = client.get(environment(name)).expect(200)
    assert one == listed(client, name)
    assert (one["archived"], one["generation"], one["generations"]) == (True, None, [])
    assert client.get(environment(name, "packages")).expect(200) == packages
    assert client.get(environment(name, "export"), format="lock").content == lock
    assert not os.path.lexists(person.envs / name)

    back = client.done(client.post(environment(name, "recreate")))

    assert (back["lock_digest"], back["generation"]) == (made["lock_digest"], 2)
    assert client.get(environment(name)).expect(200)["archived"] is False
    events = client.get("ledger", environment=name).expect(200)["events"]
    assert [event["action"] for event in events] == [
        "environment_created",
        "environment_archived",
        "environment_recreated",
    ]


def test_what_an_archived_one_refuses(client: ApiClient, name: str) -> None:
    make(client, name)
    archive(client, name)

    for method, below, body in (
        ("PUT", "", {}),
        ("POST", "archive", {}),
        ("POST", "rollback", {}),
        ("POST", "clone", {"name": f"{name}-twin"}),
        ("GET", "activation", None),
    ):
        answer = client.request(method, environment(name, below), json=body)
        problem = answer.problem(409, "environment_archived")
        assert problem["params"] == {"name": name}
    again = {"source": spec_source("text-prefix", name=name)}
    client.post("environments", again).problem(409, "name_taken")
    assert client.post("specs/check", again).expect(200)["exists"] is True

    assert client.done(client.delete(environment(name)))["removed"] is True
    assert listed(client, name) is None


def test_what_is_not_archived_is_not_recreated(client: ApiClient, demo: Demo) -> None:
    client.post(environment(demo.name, "recreate")).problem(409, "environment_not_archived")
    client.post(environment("nonesuch", "recreate")).problem(404, "environment_not_found")
    client.post(environment("nonesuch", "archive"), {}).problem(404, "environment_not_found")
    client.post(environment(demo.name, "archive"), {"force": 1}).problem(400, "request_invalid")


def test_not_while_a_kernel_runs_unless_it_must_be(
    client: ApiClient, demo: Demo, name: str
) -> None:
    client.done(client.post(environment(demo.name, "clone"), {"name": name}))
    body = {"name": f"conda-env-{name}-py"}
    kernel = client.jupyter("POST", "api/kernels", json=body).expect(201)["id"]
    until(lambda: client.get(environment(name)).expect(200)["processes"])

    problem = client.post(environment(name, "archive"), {}).problem(409, "kernels_running")

    assert problem["params"] == {"name": name, "count": 1}
    assert listed(client, name)["archived"] is False  # type: ignore[index]  # it is there
    assert archive(client, name, force=True)["archived"] is True
    client.jupyter("DELETE", f"api/kernels/{kernel}").expect(204)
    known = client.jupyter("GET", "api/kernelspecs").expect(200)["kernelspecs"]
    assert f"conda-env-{name}-py" not in known


def test_two_servers_and_the_command_line_agree(start_server: Serve, sandbox: Sandbox) -> None:
    one, two = (start_server(sandbox).client for _ in range(2))
    make(one, "demo")
    assert listed(two, "demo")["archived"] is False  # type: ignore[index]  # it is there

    archive(one, "demo")
    everywhere = [listed(client, "demo") for client in (one, two)]
    everywhere += sandbox.json("list")["environments"]
    assert everywhere[0] == everywhere[1] == everywhere[2]
    assert everywhere[0]["archived"] is True  # type: ignore[index]  # it is there

    sandbox.json("recreate", "demo")
    for client in (one, two):
        assert listed(client, "demo")["generation"] == 2  # type: ignore[index]  # it is there
    sandbox.json("archive", "demo")
    assert two.done(two.post(environment("demo", "recreate")))["generation"] == 3
    assert listed(one, "demo")["generation"] == 3  # type: ignore[index]  # it is there


# -- the source file ---------------------------------------------------------------------------


def test_the_file_and_what_git_knows_of_it(
    server: JupyterServer, client: ApiClient, name: str
) -> None:
    folder = server.root / f"{name}-project"
    folder.mkdir()
    file = folder / "environment.yml"
    file.write_text(spec_text("text-prefix", name=name))
    source = file_source(f"{folder.name}/environment.yml")
    client.done(client.post("environments", {"source": source}))
    address = environment(name, "source")
    found = client.get(address).expect(200)
    assert (found["behind"], found["diff"], found["files"]) == (False, None, [])
    assert found["checkout"] == "none"

    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "one"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True, timeout=30)
    (committed,) = client.get(address).expect(200)["files"]
    assert (committed["state"], committed["diff"]) == ("committed", None)
    file.write_text(spec_text("text-prefix", "bulk", name=name))

    found = client.get(address).expect(200)

    assert (found["behind"], found["checkout"]) == (True, "found")
    assert '+  "bulk"' in found["diff"]["text"]
    (changed,) = found["files"]
    assert changed["state"] == "changed"
    assert changed["commit"] == committed["commit"]
    assert '+  "bulk"' in changed["diff"]["text"]


def test_an_environment_without_a_file(client: ApiClient, name: str) -> None:
    make(client, name)

    found = client.get(environment(name, "source")).expect(200)

    assert (found["file"], found["exists"], found["checkout"]) == (None, False, "none")


# -- disk space --------------------------------------------------------------------------------


@pytest.fixture
def saver(sandbox: Sandbox) -> Sandbox:
    """A person with a cache of their own, in which only what they made is."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(sandbox.folder / "cache")
    return sandbox


def test_sizes_now_and_as_they_were_measured(start_server: Serve, saver: Sandbox) -> None:
    client = start_server(saver).client
    make(client, "one", "bulk")
    first = client.get("storage", known=True).expect(200)
    assert [one["name"] for one in first["by_environment"]] == ["one"]
    make(client, "two", "bulk")

    known = client.get("storage", known=True).expect(200)
    assert {**known, "free": 0} == {**first, "free": 0}
    now = client.get("storage").expect(200)

    assert [one["name"] for one in now["by_environment"]] == ["one", "two"]
    assert now["measured_at"] > first["measured_at"]
    for one in now["by_environment"]:
        assert one["shared"] > 20_000_000 > 1_000_000 > one["unique"] > 0
        assert one["last_used"]
    # Also what the command line has measured is known.
    measured = saver.json("storage")
    assert client.get("storage", known=True).json["measured_at"] == measured["measured_at"]


def test_a_cleaning_is_shown_first(start_server: Serve, saver: Sandbox) -> None:
    client = start_server(saver).client
    make(client, "demo", "bulk")
    client.done(client.put(environment("demo"), {"source": spec_source("text-prefix")}))
    old = Path(saver.envs, ".jupyter-envs/demo/1/conda-meta/jupyter-envs/generation.json")
    os.utime(old, (time.time() - 7200,) * 2)

    assert client.get("storage/clean").expect(200) == {"items": [], "bytes": 0, "blocked": False}
    plan = client.get("storage/clean", generations=True).expect(200)

    assert [item["kind"] for item in plan["items"]] == ["generation", "package"]
    assert old.exists()
    only = {"generations": True, "packages": False}
    half = client.get("storage/clean", **only).expect(200)
    assert half["items"] == plan["items"][:1]
    result = client.done(client.post("storage/clean", {"generations": True}))
    assert (result["generations"], result["packages"]) == (1, 1)
    assert result["freed"] == plan["bytes"]
