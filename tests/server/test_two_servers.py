"""Two servers and the command line on one store: each sees what the others do."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import spec_source, until
from tests.support.api_client import ENDED, Answer, ApiClient, environment
from tests.support.channel import LocalChannel
from tests.support.sandbox import Failed, Sandbox
from tests.support.serve import Manners, ServedFolder
from tests.support.server import JupyterServer


class Pair:
    """Two servers of one person."""

    def __init__(self, person: Sandbox, first: JupyterServer, second: JupyterServer) -> None:
        self.person = person
        self.first = first
        self.second = second

    @property
    def clients(self) -> tuple[ApiClient, ApiClient]:
        return self.first.client, self.second.client


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("two-servers")
    person = Sandbox(folder, cache=shared_cache, channels=(channel.url,))
    first = JupyterServer(person.environ, folder / "first")
    second = JupyterServer(person.environ, folder / "second", base_url="/second/")
    with first, second:
        yield Pair(person, first, second)
    person.close()


@pytest.fixture
def slow(parked: ServedFolder) -> str:
    """A channel on which a create takes a few seconds."""
    parked.manners = Manners(delay=1.0)
    return parked.url


def begin(client: ApiClient, name: str, channel: str) -> str:
    """Start a create that waits for a channel; returns its id."""
    source = spec_source("text-prefix", name=name, channels=[channel])
    started: str = client.post("environments", {"source": source}).expect(202)["id"]
    client.wait(started, lambda found: found["phase"] == "metadata")
    return started


def listed(answer: Answer) -> Any:
    return answer.expect(200)["environments"]


def test_all_say_the_same(pair: Pair) -> None:
    one, two = pair.clients
    one.done(one.post("environments", {"source": spec_source("text-prefix", name="by-one")}))
    two.done(two.post("environments", {"source": spec_source("text-prefix", name="by-two")}))
    pair.person.create("text-prefix", name="by-command")

    assert listed(one.get("environments")) == listed(two.get("environments"))
    assert listed(one.get("environments")) == pair.person.json("list")["environments"]
    assert {"by-one", "by-two", "by-command"} <= {
        e["name"] for e in listed(one.get("environments"))
    }
    operations = one.get("operations").expect(200)["operations"]
    assert operations == two.get("operations").expect(200)["operations"]
    assert [o["id"] for o in operations] == [
        o["id"] for o in pair.person.json("operations")["operations"]
    ]


def test_one_changes_and_the_other_knows_at_once(pair: Pair) -> None:
    one, two = pair.clients
    one.done(one.post("environments", {"source": spec_source("text-prefix", name="shared")}))
    listed(two.get("environments"))  # it remembers from now on

    update = {"source": spec_source("text-prefix", "activation-demo")}
    one.done(one.put(environment("shared"), update))
    assert _shown(two, "shared")["generation"] == 2
    two.post(environment("shared", "rollback"), {}).expect(200)
    assert _shown(one, "shared")["generation"] == 1
    one.done(one.delete(environment("shared")))
    assert "shared" not in [found["name"] for found in listed(two.get("environments"))]


def _shown(client: ApiClient, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(e for e in listed(client.get("environments")) if e["name"] == name)
    return found


@pytest.mark.parametrize("names", [("same", "same"), ("Twin", "twin")], ids="-".join)
@pytest.mark.parametrize("attempt", range(3))
def test_one_name_on_both_at_once(pair: Pair, names: tuple[str, str], attempt: int) -> None:
    wanted = [f"{name}-{attempt}" for name in names]
    answers: list[Answer] = []
    gate = threading.Barrier(2)

    def ask(client: ApiClient, name: str) -> None:
        gate.wait(10)
        body = {"source": spec_source("text-prefix"), "name": name}
        answers.append(client.post("environments", body))

    both = [
        threading.Thread(target=ask, args=one) for one in zip(pair.clients, wanted, strict=True)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)

    ends = [_end(pair.first.client, answer) for answer in answers]
    assert sorted(end is None for end in ends) == [False, True], ends
    assert {end for end in ends if end} <= {"name_taken", "environment_busy"}
    made = [
        e["name"]
        for e in listed(pair.first.client.get("environments"))
        if e["name"].casefold() == wanted[0].casefold()
    ]
    assert len(made) == 1


def _end(client: ApiClient, answer: Answer) -> str | None:
    """The code of what went wrong, None where nothing did."""
    if answer.status == 409:
        return str(answer.json["code"])
    ended = client.follow(answer.expect(202)["id"])
    return str(ended["error"]["code"]) if ended["error"] else None


def test_cancelled_from_the_other_server(pair: Pair, parked: ServedFolder) -> None:
    one, two = pair.clients
    started = begin(one, "cancelled", parked.url)

    two.delete(f"operations/{started}").expect(204)

    assert one.get(f"operations/{started}").expect(200)["state"] == "cancelled"
    one.delete(f"operations/{started}").problem(409, "operation_ended")
    assert pair.person.workers() == []


def test_cancelled_by_the_command_line(pair: Pair, parked: ServedFolder) -> None:
    one, two = pair.clients
    started = begin(one, "cancelled", parked.url)

    assert pair.person.json("operations", "cancel", started)["state"] == "cancelled"

    assert two.get(f"operations/{started}").expect(200)["state"] == "cancelled"
    with pytest.raises(Failed) as caught:
        pair.person.json("operations", "cancel", started)
    assert caught.value.error["code"] == "operation_ended"


def test_a_server_that_dies_leaves_its_operation_at_work(pair: Pair, slow: str) -> None:
    two = pair.second.client
    started = begin(pair.first.client, "survivor", slow)

    pair.first.kill()

    going = two.get("operations", state="active").expect(200)["operations"]
    assert [one["id"] for one in going] == [started]
    assert two.follow(started)["state"] == "succeeded"
    assert _shown(two, "survivor")["generation"] == 1
    pair.first.restart()
    assert pair.first.client.get(f"operations/{started}").expect(200)["state"] == "succeeded"
    assert _shown(pair.first.client, "survivor") == _shown(two, "survivor")


def test_a_server_that_starts_again_finds_its_operation_at_work(
    pair: Pair, parked: ServedFolder
) -> None:
    started = begin(pair.first.client, "found-again", parked.url)
    pair.first.kill()

    pair.first.restart()

    one = pair.first.client
    assert one.get(f"operations/{started}").expect(200)["state"] == "running"
    one.delete(f"operations/{started}").expect(204)
    assert pair.person.workers() == []


def test_a_server_that_is_stopped_leaves_its_operation_at_work(pair: Pair, slow: str) -> None:
    started = begin(pair.first.client, "left", slow)

    pair.first.stop()

    assert pair.second.client.follow(started)["state"] == "succeeded"
    pair.first.restart()


def test_a_worker_that_dies_is_interrupted_for_both_and_resumed_by_the_other(
    pair: Pair, parked: ServedFolder
) -> None:
    one, two = pair.clients
    started = begin(one, "resumed", parked.url)
    (pid,) = until(pair.person.workers)

    os.killpg(pid, signal.SIGKILL)

    states = [client.follow(started, seconds=10) for client in (one, two)]
    assert [(found["state"], found["resumable"]) for found in states] == 2 * [("interrupted", True)]
    parked.manners = Manners()
    two.done(two.post(f"operations/{started}/resume"))
    assert one.get(f"operations/{started}").expect(200)["state"] in ENDED
    assert _shown(one, "resumed")["generation"] == 1


def test_kernels_are_shown_by_both_and_named_by_the_one_that_started_them(pair: Pair) -> None:
    one, two = pair.clients
    pair.person.create("python", name="with-kernel")
    body = {"name": "conda-env-with-kernel-py"}
    kernel = one.jupyter("POST", "api/kernels", json=body).expect(201)["id"]

    address = environment("with-kernel", "usage")
    (mine,) = until(lambda: one.get(address).expect(200)["processes"])
    (theirs,) = two.get(address).expect(200)["processes"]

    assert (mine["kernel"], theirs["kernel"]) == (kernel, None)
    assert mine["pid"] == theirs["pid"]
    two.delete(environment("with-kernel")).problem(409, "kernels_running")
    one.jupyter("DELETE", f"api/kernels/{kernel}").expect(204)
    until(lambda: not two.get(address).expect(200)["processes"])
