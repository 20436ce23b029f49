"""Adopting over REST what another tool made: looked at, agreed to, done."""

from __future__ import annotations

import json

import pytest

from tests.operations.test_unmanaged import SPECS, make_theirs
from tests.support.api_client import ApiClient, environment
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox

NAME = "of-conda"


def test_what_another_tool_made_is_adopted_as_it_was_seen(
    person: Sandbox, client: ApiClient, channel: LocalChannel
) -> None:
    prefix = make_theirs(person, channel.url, *SPECS, name=NAME)
    record = next(prefix.glob("conda-meta/demo-lib-*.json"))
    body = json.loads(record.read_text())
    record.write_text(json.dumps({**body, "url": body["url"].replace("file://", "ftp://host")}))

    seen = client.get(environment(NAME, "adoption")).expect(200)
    assert (seen["possible"], seen["problem"], seen["kernels"]) == (True, None, ["python3"])
    assert "- demo-lib=1.0" in seen["text"]
    assert (seen["packages"] - seen["locked"], len(seen["unlocked"])) == (1, 1)
    assert seen["unlocked"][0]["name"] == "demo-lib"
    assert "'ftp'" in seen["unlocked"][0]["reason"]
    # conda does something to it while the person makes up their mind.
    with (prefix / "conda-meta" / "history").open("a") as history:
        history.write("==> 2026-03-02 03:04:05 <==\n# cmd: conda install\n# update specs: []\n")
    stale = {"fingerprint": seen["fingerprint"]}
    client.post(environment(NAME, "adopt"), stale).problem(409, "drift_changed")

    seen = client.get(environment(NAME, "adoption")).expect(200)
    started = client.post(environment(NAME, "adopt"), {"fingerprint": seen["fingerprint"]})
    result = client.done(started)

    assert (result["generation"], result["adopted"]) == (0, True)
    listed = {one["name"]: one for one in client.get("environments").expect(200)["environments"]}
    assert listed[NAME]["managed"] is True
    assert listed[NAME]["kernel"] == f"conda-env-{NAME}-py"
    assert listed[NAME]["drift"]["state"] == "clean"
    (generation,) = client.get(environment(NAME, "generations")).expect(200)["generations"]
    assert (generation["number"], generation["current"]) == (0, True)
    text = client.get(environment(NAME, "generations/0/spec")).content.decode()
    assert text == seen["text"]
    packages = client.get(environment(NAME, "packages")).expect(200)["packages"]
    assert len(packages) == seen["packages"]
    client.get(environment(NAME, "adoption")).problem(409, "adoption_impossible")
    client.get(environment(NAME, "export"), format="lock").problem(409, "not_all_locked")
    client.done(client.request("DELETE", environment(NAME)))


@pytest.mark.parametrize(("name", "code"), [("absent", "environment_not_found")])
def test_where_there_is_none(client: ApiClient, name: str, code: str) -> None:
    client.get(environment(name, "adoption")).problem(404, code)


def test_what_cannot_be_adopted_says_why(person: Sandbox, client: ApiClient) -> None:
    theirs = person.envs / "bare"
    (theirs / "conda-meta").mkdir(parents=True)
    (theirs / "conda-meta" / "history").touch()

    seen = client.get(environment("bare", "adoption")).expect(200)

    assert seen["possible"] is False
    assert "no kernel" in seen["problem"]["message"]
    assert (seen["problem"]["code"], "ipykernel" in seen["problem"]["hint"]) == (
        "adoption_impossible",
        True,
    )
    (theirs / "conda-meta" / "history").unlink()
