"""Drift over REST, and the story of pip and tqdm from its beginning to both of its ends."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import FORGED, file_source, until
from tests.server.conftest import Demo
from tests.support.api_client import ApiClient, environment
from tests.support.channel import LocalChannel
from tests.support.event_bus import EventBus
from tests.support.kernel_session import KernelSession
from tests.support.pip_index import pip_from_wheels
from tests.support.sandbox import Failed, Sandbox, manifest
from tests.support.server import JupyterServer

SPEC = """\
# what the team works with
name: story
dependencies:
  - python={python}  # as on the cluster
  - ipykernel
  - tqdm=4.66.1  # bars
  - pip
"""

VERSION = "import tqdm; print(tqdm.__version__)"


@pytest.fixture(scope="module")
def teller(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Sandbox]:
    """Who uses pip where conda should have been."""
    folder = tmp_path_factory.mktemp("story")
    sandbox = Sandbox(folder, cache=shared_cache, channels=(channel.url,))
    sandbox.environ.update(pip_from_wheels())
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def house(teller: Sandbox) -> Iterator[JupyterServer]:
    """Their server."""
    with JupyterServer(teller.environ, teller.folder / "server") as running:
        yield running


@pytest.fixture
def cells(teller: Sandbox, jupyter: Path) -> Iterator[KernelSession]:
    """Notebooks of theirs, in a Jupyter that knows nothing of us."""
    with KernelSession(jupyter, teller.environ) as session:
        yield session


def drift_of(client: ApiClient, name: str) -> dict[str, Any]:
    """What the list says."""
    listed = client.get("environments").expect(200)["environments"]
    found: dict[str, Any] = next(one["drift"] for one in listed if one["name"] == name)
    return found


def told(client: ApiClient, name: str) -> list[dict[str, Any]]:
    """The story of an environment, without the kernels that were started."""
    events = client.get("ledger", environment=name).expect(200)["events"]
    return [event for event in events if event["action"] != "kernel_started"]


def actions(client: ApiClient, name: str) -> list[str]:
    return [event["action"] for event in told(client, name)]


def drift_at_starts(client: ApiClient, name: str) -> list[str | None]:
    """For each generation from which a kernel was started: whether it had drifted then."""
    found = client.get("ledger", environment=name, action="kernel_started").expect(200)["events"]
    return [event["drift"] for event in found]


def test_the_tqdm_story(
    teller: Sandbox,
    house: JupyterServer,
    cells: KernelSession,
    channel: LocalChannel,
) -> None:
    client, name = house.client, "story"
    file = house.root / "environment.yml"
    file.write_text(SPEC.format(python=channel.python_minors[0]))
    client.done(client.post("environments", {"source": file_source("environment.yml")}))
    assert drift_of(client, name)["state"] == "clean"
    notebook = cells.start("conda-env-story-py")

    # The incident: the badge comes by itself while the panel is open.
    with EventBus(house.url, house.token) as bus:
        client.get("environments").expect(200)
        cells.run(notebook, "%pip install --quiet --upgrade tqdm")
        bus.wait(lambda event: event.data["environments"])
        until(lambda: drift_of(client, name)["state"] == "drifted")
    seen = drift_of(client, name)
    assert (seen["worst"], seen["count"]) == ("pip_replaced_conda", 1)

    # The command line says the same, and ends with 1.
    report = client.get(environment(name, "drift")).expect(200)
    with pytest.raises(Failed) as failed:
        teller.run("drift", name, "--json")
    told = failed.value.error
    assert failed.value.returncode == 1
    assert {**told, "checked_at": ""} == {**report, "checked_at": ""}
    (verdict,) = report["verdicts"]
    assert (verdict["package"], verdict["before"], verdict["after"]) == ("tqdm", "4.66.1", "4.70.1")
    assert actions(client, name) == ["environment_created", "drift_seen"]

    # Restore: the lock's packages, in a new generation; the running kernel keeps its own.
    assert report["restore"]["changes"] == [
        {"package": "tqdm", "manager": "pip", "now": "4.70.1", "then": "4.66.1"}
    ]
    first = client.get(environment(name)).expect(200)
    restored = client.done(client.post(environment(name, "repair")))
    assert (restored["generation"], restored["lock_digest"]) == (2, first["lock_digest"])
    clean = client.get(environment(name, "drift"), level="content").expect(200)
    assert (clean["state"], clean["verdicts"]) == ("clean", [])
    assert cells.run(notebook, VERSION) == "4.70.1"
    assert cells.once("conda-env-story-py", VERSION) == "4.66.1"
    assert client.get(environment(name)).expect(200)["behind"] is False

    # The drifted generation is still there, as it was.
    client.post(environment(name, "rollback"), {"generation": 1}).expect(200)
    assert drift_of(client, name)["state"] == "drifted"

    # Keep: it no longer counts, until there is more.
    kept = client.post(environment(name, "keep"), {"fingerprint": report["fingerprint"]})
    assert kept.expect(200)["state"] == "kept"
    assert drift_of(client, name)["state"] == "kept"
    assert teller.json("drift", name)["state"] == "kept"
    cells.run(notebook, "%pip install --quiet rich")
    until(lambda: drift_of(client, name)["state"] == "drifted")
    now = client.get(environment(name, "drift")).expect(200)
    assert {(v["code"], v["package"], v["kept"]) for v in now["verdicts"]} >= {
        ("pip_replaced_conda", "tqdm", True),
        ("pip_added", "rich", False),
    }

    # Adopt: what was agreed to is what is written, with every comment.
    body = {"write_file": True, "fingerprint": report["fingerprint"]}
    client.post(environment(name, "adopt"), body).problem(409, "drift_changed")
    body["fingerprint"] = now["fingerprint"]
    adopted = client.done(client.post(environment(name, "adopt"), body))
    assert adopted["written"] == [str(file)]
    text = file.read_text()
    assert text == now["adopt"]["text"]
    assert [line for line in text.splitlines() if "tqdm" in line] == [
        "      - tqdm==4.70.1  # bars"
    ]
    assert [line for line in text.splitlines() if "rich" in line] == ["      - rich==15.0.0"]
    assert text.startswith(SPEC.format(python=channel.python_minors[0]).partition("  - tqdm")[0])
    final = client.get(environment(name, "drift"), level="content").expect(200)
    assert (final["state"], final["generation"]) == ("clean", 3)
    assert drift_of(client, name)["state"] == "clean"
    assert client.get(environment(name)).expect(200)["behind"] is False
    assert cells.once("conda-env-story-py", f"{VERSION}\nimport rich") == "4.70.1"

    # The ledger tells it all.
    assert actions(client, name) == [
        "environment_created",
        "drift_seen",
        "drift_restored",
        "environment_rolled_back",
        "drift_kept",
        "drift_seen",
        "drift_adopted",
    ]
    assert drift_at_starts(client, name)[0] == "clean"
    events = told(client, name)
    assert {v["code"] for v in events[5]["verdicts"]} == {"pip_added"}
    assert "pip: tqdm==4.70.1" in events[6]["edits"]
    cells.stop(notebook)


def test_a_look_changes_nothing(client: ApiClient, demo: Demo) -> None:
    before = manifest(demo.prefixes[1])

    for level in ("identity", "content"):
        found = client.get(environment(demo.name, "drift"), level=level).expect(200)
        assert (found["state"], found["level"], found["verdicts"]) == ("clean", level, [])
        assert found["adopt"]["possible"] is False
        assert found["restore"] == {"changes": [], "files": 0}

    # Asking is no news: two pages that ask when something is new would never come to rest.
    told = drift_of(client, demo.name)
    time.sleep(1.1)  # its time is told to the second
    assert client.get(environment(demo.name, "drift")).expect(200)["level"] == "content"
    assert drift_of(client, demo.name) == told
    assert manifest(demo.prefixes[1]) == before
    client.get(environment(demo.name, "drift"), level="every bit").problem(400, "request_invalid")


def test_there_is_nothing_to_adopt_or_keep_where_nothing_changed(
    client: ApiClient, demo: Demo
) -> None:
    problem = client.post(environment(demo.name, "adopt"), {}).problem(409, "nothing_to_adopt")
    assert problem["params"] == {"name": demo.name}

    before = client.get("ledger").expect(200)
    assert client.post(environment(demo.name, "keep"), {}).expect(200)["state"] == "clean"
    assert client.get("ledger").expect(200) == before


@pytest.mark.parametrize("what", ["drift", "adopt", "repair", "keep"])
def test_where_there_is_no_environment(client: ApiClient, what: str) -> None:
    address = environment(FORGED["env"], what)
    bodies: dict[str, Any] = {"adopt": {}, "keep": {}}

    answer = client.get(address) if what == "drift" else client.post(address, bodies.get(what))

    answer.problem(404, "environment_not_found")


def test_an_environment_of_another_tool_is_left_alone(person: Sandbox, client: ApiClient) -> None:
    theirs = person.envs / "of-another-tool"
    (theirs / "conda-meta").mkdir(parents=True)
    (theirs / "conda-meta" / "history").touch()

    listed = {one["name"]: one for one in client.get("environments").expect(200)["environments"]}
    assert listed["of-another-tool"]["drift"] is None
    client.get(environment("of-another-tool", "drift")).problem(409, "environment_unmanaged")
    client.post(environment("of-another-tool", "adopt"), {}).problem(409, "adoption_impossible")
    shutil.rmtree(theirs)
