"""Stacks and targets over REST."""

from __future__ import annotations

import json
from typing import Any

from tests.server import spec_source
from tests.server.conftest import Serve
from tests.spec.samples import TEAM_FILE
from tests.stacks.test_catalogue import text
from tests.support.api_client import ApiClient, environment
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox

STACK = b"""\
name: lab
channels: [CHANNEL]
dependencies: [text-prefix]
x-jupyter-envs:
  title: Lab
  description: For our lab.
  targets:
    gpu: {accelerator: cuda, add: ["gpu-lib * cuda*"], min_driver: 525.60.13}
    cpu: {add: [gpu-lib]}
"""


def codes(choice: dict[str, Any]) -> list[str]:
    return [one["code"] for one in choice["reasons"]]


def test_all_with_what_fits(client: ApiClient) -> None:
    told = client.get("stacks").expect(200)
    found = {one["id"]: one for one in told["stacks"]}
    assert found["pytorch"]["target"] == "cpu"
    assert codes(told["choice"]) == ["cpu_no_gpu"]
    assert found["pytorch"]["text"] is None

    told = client.get("stacks", cuda="13.0").expect(200)
    assert told["choice"]["cuda_major"] == 13
    assert {one["id"]: one["target"] for one in told["stacks"]}["pytorch"] == "gpu"
    client.get("stacks", cuda="thirteen").problem(422, "target_invalid")
    client.get("stacks", profile="absent").problem(422, "profile_not_found")


def test_one_with_its_text(client: ApiClient) -> None:
    one = client.get("stacks/jax", cuda="12.9").expect(200)
    assert (one["target"], one["origin"]) == ("gpu", "shipped")
    assert "jaxlib >=0.6 cuda*" in one["text"]
    client.get("stacks/absent").problem(404, "stack_not_found")


def test_a_site_with_stacks_and_profiles(
    sandbox: Sandbox, channel: LocalChannel, start_server: Serve
) -> None:
    folder = sandbox.folder / "stacks"
    folder.mkdir()
    (folder / "lab.yml").write_bytes(STACK.replace(b"CHANNEL", channel.url.encode()))
    (folder / "broken.yml").write_bytes(text().replace(b"title:", b"titel:"))
    policy = {
        "stacks_dirs": [str(folder)],
        "profiles": {"gpu": {"cuda": "12.9", "cuda_arch": "8.0", "gpu_required": True}},
    }
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(sandbox.write("policy.yml", json.dumps(policy)))
    client = start_server(sandbox).client

    assert client.get("policy").expect(200)["profiles"]["gpu"]["cuda"] == "12.9"
    told = client.get("stacks", profile="gpu").expect(200)["stacks"]
    lab = next(one for one in told if one["id"] == "lab")
    assert (lab["origin"], lab["target"]) == ("site", "gpu")
    assert next(one for one in told if one["id"] == "broken")["problem"]["code"] == "stack_invalid"
    client.get("stacks/broken").problem(422, "stack_invalid")

    stack = {"kind": "stack", "id": "lab"}
    here = client.done(client.post("specs/plan", {"source": stack}))
    assert here["plan"]["builds"][0]["accelerator"] == "cpu"
    assert codes(here["target"]) == ["cpu_no_gpu"]
    body = {"source": stack, "target": {"profile": "gpu"}}
    made = client.done(client.post("environments", body))
    assert made["name"] == "lab"
    shown = client.get(environment("lab")).expect(200)
    assert shown["source"]["stack_target"] == "gpu"
    assert shown["target"]["profile"] == "gpu"
    assert codes(shown["target"]) == ["cuda_profile", "gpu_required"]
    # It is kept, and taken back by an empty one.
    again = client.done(client.put(environment("lab"), {"upgrade": True}))
    assert again["changed"] is False
    client.done(client.put(environment("lab"), {"target": {}}))
    shown = client.get(environment("lab")).expect(200)
    assert (shown["target"]["profile"], shown["source"]["stack_target"]) == (None, "cpu")


def test_what_is_refused_before_anything_begins(client: ApiClient, unchanged: None) -> None:
    source = spec_source("text-prefix", name="refused")
    for target, code in (
        ({"profile": "absent"}, "profile_not_found"),
        ({"cuda": "12=0"}, "target_invalid"),
        ({"archspec": "../x"}, "target_invalid"),
    ):
        client.post("environments", {"source": source, "target": target}).problem(422, code)
        client.post("specs/plan", {"source": source, "target": target}).problem(422, code)
    body = {"source": source, "target": {"gpu": 1}}
    client.post("environments", body).problem(400, "request_invalid")
    stack = {"kind": "stack", "id": "absent"}
    client.post("environments", {"source": stack}).problem(404, "stack_not_found")
    stack = {"kind": "stack", "id": "pytorch", "target": "tpu"}
    client.post("environments", {"source": stack}).problem(422, "invalid_input")


def test_a_required_gpu_that_is_not_there(client: ApiClient, name: str) -> None:
    body = {"source": spec_source("gpu-lib", name=name), "target": {"gpu_required": True}}
    started = client.post("environments", body).expect(202)
    ended = client.follow(started["id"])
    assert (ended["state"], ended["error"]["code"]) == ("failed", "gpu_required")
    assert client.get(environment(name)).problem(404, "environment_not_found")


def test_a_fix_is_for_the_machine(client: ApiClient) -> None:
    source = {"kind": "spec", "text": TEAM_FILE.decode()}
    titles = {}
    for cuda in (None, "12.9"):
        body = {"source": source} | ({"target": {"cuda": cuda}} if cuda else {})
        found = client.post("specs/check", body).expect(200)["diagnostics"]
        titles[cuda] = next(d["fix"]["code"] for d in found if d["code"] == "cudatoolkit_unused")
    assert titles == {None: "remove_without_gpu", "12.9": "write_for_gpu"}
    body = {"source": source, "target": {"profile": "absent"}}
    client.post("specs/check", body).problem(422, "profile_not_found")
