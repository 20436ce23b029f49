"""Probes over REST, and the one that the first kernel on a machine with a GPU brings about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.server import until
from tests.server.conftest import Demo, Serve
from tests.server.test_past import session
from tests.support.api_client import ApiClient, environment
from tests.support.frameworks import from_wheels, torch, wheel
from tests.support.machines import machine_with_gpu
from tests.support.sandbox import Sandbox


def probes(client: ApiClient) -> list[dict[str, Any]]:
    found = client.get("operations").expect(200)["operations"]
    return [one for one in found if one["verb"] == "probe"]


def test_a_framework_is_tried_on_request(client: ApiClient, demo: Demo) -> None:
    client.post(f"{environment(demo.name)}/probe", {}).problem(409, "nothing_to_probe")
    started = client.post(
        f"{environment(demo.name)}/probe", {"frameworks": ["pytorch"], "timeout": 30}
    )
    done = client.done(started)
    (found,) = done["probes"]
    assert (found["framework"], found["state"], found["here"]) == ("torch", "missing", True)
    shown = client.get(environment(demo.name)).expect(200)
    assert shown["probe"] == shown["probes"][0] == found
    listed = client.get("environments").expect(200)["environments"]
    assert [one["probe"] for one in listed if one["name"] == demo.name] == [found]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"frameworks": ["theano"]}, 422, "invalid_input"),
        ({"frameworks": ["../x"]}, 422, "invalid_input"),
        ({"frameworks": "torch"}, 400, "request_invalid"),
        ({"frameworks": ["torch"] * 11}, 400, "request_invalid"),
        ({"timeout": 0}, 400, "request_invalid"),
        ({"timeout": 4000}, 400, "request_invalid"),
        ({"other": 1}, 400, "request_invalid"),
    ],
)
def test_what_cannot_be_tried(
    client: ApiClient, demo: Demo, body: dict[str, Any], status: int, code: str
) -> None:
    client.post(f"{environment(demo.name)}/probe", body).problem(status, code)


def test_of_an_environment_that_is_not_there(client: ApiClient) -> None:
    answer = client.post("environments/absent/probe", {"frameworks": ["torch"]})
    answer.problem(404, "environment_not_found")


@pytest.fixture
def built(sandbox: Sandbox) -> dict[str, Any]:
    """An environment that was made on a machine without a GPU, with a build for one."""
    folder = sandbox.folder / "wheels"
    wheel(folder, torch(cuda="12.9", gpus=1), version="2.13.0+cu129")
    sandbox.environ.update(from_wheels(folder))
    return sandbox.create("python", pip=["torch"])


def test_the_first_kernel_on_a_machine_with_a_gpu_is_followed_by_a_probe(
    start_server: Serve, sandbox: Sandbox, built: dict[str, Any], tmp_path: Path
) -> None:
    machine = machine_with_gpu(tmp_path / "bus")
    if machine is None:
        pytest.skip("needs root to make another machine")
    (kernel,) = built["kernels"]

    elsewhere = start_server(sandbox)
    with session(elsewhere.client, "a.ipynb", kernel):
        until(lambda: elsewhere.client.get("ledger", action="kernel_started").expect(200)["events"])
    assert probes(elsewhere.client) == []  # there is no GPU to try

    server = start_server(sandbox, prefix=machine)
    for name in ("b.ipynb", "c.ipynb"):
        with session(server.client, name, kernel):
            (operation,) = until(lambda: probes(server.client))
            server.client.follow(operation["id"])
    assert len(probes(server.client)) == 1
    found = server.client.get(environment("demo")).expect(200)["probe"]
    assert (found["state"], found["here"]) == ("gpu_ok", True)
    assert elsewhere.client.get(environment("demo")).expect(200)["probe"]["here"] is False


def test_it_can_be_switched_off(
    start_server: Serve, sandbox: Sandbox, built: dict[str, Any], tmp_path: Path
) -> None:
    machine = machine_with_gpu(tmp_path / "bus")
    if machine is None:
        pytest.skip("needs root to make another machine")
    server = start_server(sandbox, prefix=machine, config={"EnvsApp": {"probe": False}})
    with session(server.client, "a.ipynb", built["kernels"][0]):
        until(lambda: server.client.get("ledger", action="kernel_started").expect(200)["events"])
    assert probes(server.client) == []


def test_the_api_s_own_words(client: ApiClient) -> None:
    document = json.dumps(client.get("openapi.json").expect(200))
    for word in ("gpu_ok", "cpu_only_build", "gpu_hidden", "gpu_broken"):
        assert word in document
