"""The site over REST: what the server is, its policy, disk space, and the ledger."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import __version__
from jupyter_envs.export import FORMATS
from tests.cli.test_failures_store import read_only, without_override
from tests.server import spec_source, until
from tests.server.conftest import Serve
from tests.support.api_client import ApiClient, environment
from tests.support.sandbox import Sandbox
from tests.support.serve import ServedFolder

# -- what it is --------------------------------------------------------------------------------


def test_what_the_server_is(person: Sandbox, client: ApiClient) -> None:
    info = client.get("").expect(200)

    assert info["version"] == __version__
    assert info["platform"] == f"{platform.system()} {platform.machine()}"
    assert info["envs_dir"] == str(person.envs)
    assert (info["writable"], info["problem"]) == (True, None)
    assert info["exports"] == list(FORMATS)
    assert info["policy"] == client.get("policy").expect(200)
    assert info["policy"]["file"] is None


def test_the_settings_of_an_administrator_count(start_server: Serve, sandbox: Sandbox) -> None:
    config = {"EnvsApp": {"envs_dir": "~/elsewhere", "keep_generations": 0, "offline": True}}
    client = start_server(sandbox, config=config).client
    assert client.get("").expect(200)["envs_dir"] == str(sandbox.home / "elsewhere")

    source = spec_source("text-prefix", channels=["http://127.0.0.1:9/channel"])
    ended = client.follow(client.post("environments", {"source": source}).expect(202)["id"])

    assert ended["error"]["code"] == "channel_unavailable"
    assert "offline" in ended["error"]["message"]


def test_a_store_that_cannot_be_written(start_server: Serve, sandbox: Sandbox) -> None:
    sandbox.environ["JUPYTER_RUNTIME_DIR"] = str(sandbox.folder / "runtime")
    sandbox.home.chmod(0o555)
    server = start_server(sandbox, prefix=without_override())

    info = server.client.get("").expect(200)

    assert info["writable"] is False
    assert info["problem"]["code"] == "store_read_only"
    assert str(sandbox.envs) in info["problem"]["message"]
    assert info["version"] == __version__
    for path in ("environments", "operations", "storage", "ledger"):
        server.client.get(path).problem(403, "store_read_only")
    body = {"source": spec_source("text-prefix")}
    server.client.post("environments", body).problem(403, "store_read_only")
    assert server.client.post("specs/check", body).expect(200)["valid"] is True


def test_a_store_of_others_can_be_read(start_server: Serve, sandbox: Sandbox) -> None:
    sandbox.create("text-prefix")
    config = {"EnvsApp": {"envs_dir": str(sandbox.envs)}}
    client = start_server(sandbox, config=config, prefix=without_override()).client

    with read_only(sandbox.envs):
        assert client.get("").expect(200)["writable"] is False
        assert client.get(environment("demo")).expect(200)["generation"] == 1
        assert client.get(environment("demo", "packages")).expect(200)["packages"]
        assert client.get("operations").expect(200)["operations"]
        body = {"source": spec_source("text-prefix", name="new")}
        client.post("environments", body).problem(403, "store_read_only")
        client.delete(environment("demo")).problem(403, "store_read_only")
        client.post(environment("demo", "rollback"), {}).problem(403, "store_read_only")
        client.post("storage/clean", {}).problem(403, "store_read_only")


# -- policy ------------------------------------------------------------------------------------


def test_what_an_administrator_does_not_allow(start_server: Serve, sandbox: Sandbox) -> None:
    file = sandbox.write("policy.yml", 'packages_denied: ["bulk*"]\nlink_scripts: [link-script]\n')
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(file)
    client = start_server(sandbox).client
    assert client.get("policy").expect(200) == {
        "channels": None,
        "packages_denied": ["bulk*"],
        "link_scripts": ["link-script"],
        "freeze": False,
        "file": str(file),
        "profiles": {},
    }

    for address in ("environments", "specs/plan"):
        started = client.post(address, {"source": spec_source("bulk")}).expect(202)
        ended = client.follow(started["id"])
        assert (ended["state"], ended["error"]["code"]) == ("failed", "policy_denied")


def test_a_policy_that_cannot_be_read_allows_nothing(start_server: Serve, sandbox: Sandbox) -> None:
    file = sandbox.write("policy.yml", "channels: []")
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(file)
    client = start_server(sandbox).client
    assert client.get("").expect(200)["problem"] is None

    for text in ("chanels: []", "channels: [", "- a list", "channels: 7"):
        file.write_text(text)
        client.get("policy").problem(422, "configuration_invalid")
        info = client.get("").expect(200)
        assert (info["policy"], info["problem"]["code"]) == (None, "configuration_invalid")
    started = client.post("environments", {"source": spec_source("text-prefix")}).expect(202)
    assert client.follow(started["id"])["error"]["code"] == "configuration_invalid"


# -- disk space --------------------------------------------------------------------------------


@pytest.fixture
def saver(sandbox: Sandbox) -> Sandbox:
    """A person with a cache of their own, in which only what they made is."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(sandbox.folder / "cache")
    return sandbox


def du(*folders: Path) -> list[int]:
    """Bytes that the folders have on the disk without themselves, as du sees it."""
    command = ["du", "--block-size=1", "--summarize", *map(str, folders)]
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()
    totals = [int(line.split()[0]) for line in lines]
    return [t - f.stat().st_blocks * 512 for t, f in zip(totals, folders, strict=True)]


def test_space_is_what_du_says(start_server: Serve, saver: Sandbox) -> None:
    client = start_server(saver).client
    for name in ("one", "two"):
        source = spec_source("text-prefix", "bulk", name=name)
        client.done(client.post("environments", {"source": source}))
    client.done(client.put(environment("two"), {"source": spec_source("text-prefix")}))
    saver.wait_for_workers()

    storage = client.get("storage").expect(200)

    hidden, cache = saver.envs / ".jupyter-envs", saver.folder / "cache"
    assert [storage["environments"], storage["cache"]] == du(hidden, cache)
    # Two environments have the 20 MB of "bulk", and the cache has them too: they are there once.
    assert 20_000_000 < storage["environments"] < 40_000_000
    assert storage["cache"] < 30_000_000
    assert storage["generations"] == 3
    assert storage["envs_dir"] == str(saver.envs)
    assert storage["cache_dir"] == str(cache)
    assert 0 < storage["free"] < storage["total"]


def test_cleaning_takes_what_nobody_has(start_server: Serve, saver: Sandbox) -> None:
    client = start_server(saver).client
    for name, package in (("kept", "text-prefix"), ("gone", "bulk")):
        source = spec_source(package, name=name)
        client.done(client.post("environments", {"source": source}))
    client.done(client.delete(environment("gone")))
    until(lambda: not list(saver.envs.glob(".jupyter-envs/.trash/*")))
    packages = saver.folder / "cache" / "pkgs"
    before = client.get("storage").expect(200)

    result = client.done(client.post("storage/clean", {}))

    assert (result["packages"], result["generations"]) == (1, 0)
    assert [path.name for path in packages.iterdir() if path.name.startswith("bulk")] == []
    assert any(path.name.startswith("text-prefix") for path in packages.iterdir())
    after = client.get("storage").expect(200)
    assert before["cache"] - after["cache"] > 20_000_000
    # A journal more, and no file of an environment less.
    assert 0 <= after["environments"] - before["environments"] < 50_000
    shown = saver.run("run", "kept", "--", "text-prefix").strip()
    assert Path(shown).resolve() == saver.envs / ".jupyter-envs" / "kept" / "1"
    # What was cleaned comes back when it is wanted.
    source = spec_source("bulk", name="again")
    client.done(client.post("environments", {"source": source}))


def test_cleaning_spares_generations_that_are_young_or_current(
    start_server: Serve, saver: Sandbox
) -> None:
    client = start_server(saver).client
    client.done(client.post("environments", {"source": spec_source("text-prefix")}))
    client.done(client.put(environment("demo"), {"source": spec_source("bulk")}))

    result = client.done(client.post("storage/clean", {"generations": True, "packages": False}))

    assert (result["generations"], result["packages"]) == (0, 0)
    old = saver.envs / ".jupyter-envs/demo/1/conda-meta/jupyter-envs/generation.json"
    long_ago = (datetime.now() - timedelta(hours=2)).timestamp()
    os.utime(old, (long_ago, long_ago))
    result = client.done(client.post("storage/clean", {"generations": True, "packages": False}))
    assert result["generations"] == 1
    shown = client.get(environment("demo")).expect(200)
    assert [one["number"] for one in shown["generations"]] == [2]


def test_no_cleaning_of_packages_while_others_work(client: ApiClient, parked: ServedFolder) -> None:
    source = spec_source("text-prefix", name="working", channels=[parked.url])
    other = client.post("environments", {"source": source}).expect(202)
    client.wait(other["id"], lambda found: found["phase"] == "metadata")

    ended = client.follow(client.post("storage/clean", {}).expect(202)["id"])

    assert (ended["state"], ended["error"]["code"]) == ("failed", "operations_running")
    only = {"generations": True, "packages": False}
    client.done(client.post("storage/clean", only))
    client.delete(f"operations/{other['id']}").expect(204)


# -- the ledger --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def story(client: ApiClient) -> list[dict[str, Any]]:
    """What happened to an environment, as the ledger has it."""
    first, second = (spec_source(bulk, name="story") for bulk in ("bulk=1.0", "bulk=1.1"))
    client.done(client.post("environments", {"source": first}))
    client.done(client.put(environment("story"), {"source": second}))
    client.post(environment("story", "rollback"), {}).expect(200)
    return client.get("ledger", environment="story").expect(200)["events"]  # type: ignore[no-any-return]  # JSON


def test_the_story_of_an_environment(story: list[dict[str, Any]], person: Sandbox) -> None:
    assert [(event["action"], event["generation"]) for event in story] == [
        ("environment_created", 1),
        ("environment_updated", 2),
        ("environment_rolled_back", 1),
    ]
    assert {event["store"] for event in story} == {str(person.envs)}
    assert all(event["actor"] and event["operation"] for event in story)


def test_a_part_of_the_story(client: ApiClient, story: list[dict[str, Any]]) -> None:
    def found(**query: Any) -> list[str]:
        events = client.get("ledger", **query).expect(200)["events"]
        return [event["id"] for event in events if event["environment"] == "story"]

    made, updated, back = (event["id"] for event in story)
    moment = story[1]["time"]
    local = datetime.fromisoformat(moment).astimezone().replace(tzinfo=None).isoformat()
    assert found(since=moment) == found(since=local) == [updated, back]
    assert found(at=moment) == [made, updated]
    assert found(since=moment, at=moment) == [updated]
    assert found(since="2999-01-01") == found(at="1999-01-01T00:00:00Z") == []
    assert found(digest=story[1]["lock_digest"][:12]) == [updated]
    assert found(digest=story[0]["lock_digest"]) == [made, back]
    assert found(limit=1) == [back]
    assert found(environment="null") == []
    whole = client.get("ledger").expect(200)["events"]
    assert [event["time"] for event in whole] == sorted(event["time"] for event in whole)


@pytest.mark.parametrize("time", ["x", "yesterday", "2026-13-01", "25:00", "", "1e9", "٢٠٢٦-01-01"])
def test_what_is_no_time(client: ApiClient, time: str) -> None:
    for bound in ("since", "at"):
        problem = client.get("ledger", **{bound: time}).problem(422, "time_invalid")
        assert problem["params"] == {"time": time}
        assert "2026-11-18T15:00" in problem["hint"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 10_001}, {"since": "x" * 65}])
def test_a_ledger_that_cannot_be_asked_for(client: ApiClient, query: dict[str, Any]) -> None:
    client.get("ledger", **query).problem(400, "request_invalid")
