"""Operations over REST: looked at, read again, cancelled, killed and resumed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import spec_source, until
from tests.server.conftest import Demo, Serve
from tests.support.api_client import Answer, ApiClient, environment
from tests.support.sandbox import Sandbox
from tests.support.serve import Manners, ServedFolder

NEVER = "0123456789abcdef"


class Going:
    """An operation that waits for a channel, and so can be stepped in at."""

    def __init__(self, client: ApiClient, channel: ServedFolder, name: str) -> None:
        self.client = client
        self.channel = channel
        self.name = name
        source = spec_source("text-prefix", name=name, channels=[channel.url])
        self.id: str = client.post("environments", {"source": source}).expect(202)["id"]
        client.wait(self.id, lambda found: found["phase"] == "metadata")

    def now(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"operations/{self.id}").expect(200)
        return found

    def cancel(self) -> Answer:
        return self.client.delete(f"operations/{self.id}")

    def resume(self) -> Answer:
        return self.client.post(f"operations/{self.id}/resume")


@pytest.fixture
def going(client: ApiClient, parked: ServedFolder, name: str) -> Iterator[Going]:
    operation = Going(client, parked, name)
    yield operation
    operation.cancel()


def kill_worker(sandbox: Sandbox) -> None:
    """kill -9 of the only worker that runs, with everything that it has started."""
    (pid,) = sandbox.workers()
    os.killpg(pid, signal.SIGKILL)


# -- looking -----------------------------------------------------------------------------------


def test_the_list_has_the_newest_first_and_as_many_as_asked(client: ApiClient, demo: Demo) -> None:
    client.post(environment(demo.name, "rollback"), {"generation": 2}).expect(200)

    operations = client.get("operations").expect(200)["operations"]

    assert [one["id"] for one in operations] == sorted((o["id"] for o in operations), reverse=True)
    assert operations[0]["verb"] == "rollback"
    assert client.get("operations", limit=1).expect(200)["operations"] == operations[:1]


def test_the_list_by_state(client: ApiClient, going: Going) -> None:
    def ids(state: str) -> list[str]:
        found = client.get("operations", state=state).expect(200)["operations"]
        assert state == "active" or {one["state"] for one in found} <= {state}
        return [one["id"] for one in found]

    assert ids("active") == ids("running") == [going.id]
    assert going.id not in ids("succeeded")
    going.cancel().expect(204)
    assert ids("active") == []
    assert going.id in ids("cancelled")


@pytest.mark.parametrize(
    "query", [{"state": "sleeping"}, {"state": "null"}, {"limit": 0}, {"limit": "x"}]
)
def test_a_list_that_cannot_be_asked_for(client: ApiClient, query: dict[str, Any]) -> None:
    client.get("operations", **query).problem(400, "request_invalid")


def test_events_are_read_from_where_one_was(client: ApiClient, demo: Demo) -> None:
    known = client.get("operations").expect(200)["operations"]
    done = next(one for one in known if one["verb"] == "create" and one["name"] == demo.name)
    address = f"operations/{done['id']}/events"

    whole = client.get(address).expect(200)
    assert whole["operation"] == done
    assert [event["seq"] for event in whole["events"]] == list(range(done["events"]))
    phases = list(dict.fromkeys(event["phase"] for event in whole["events"]))
    assert phases[:2] == ["queued", "metadata"]
    assert phases[-2:] == ["publish", "ended"]

    assert client.get(address, after=3).expect(200)["events"] == whole["events"][4:]
    assert client.get(address, after=2**53).expect(200)["events"] == []
    assert client.get(address).expect(200) == whole
    for after in ("-2", "x", "1.5"):
        client.get(address, after=after).problem(400, "request_invalid")


@pytest.mark.parametrize("id_", [NEVER, "x", "..%2F..%2Fetc%2Fpasswd", "%00", "0" * 300])
def test_an_operation_that_there_is_not(client: ApiClient, id_: str) -> None:
    for method, below in (("GET", ""), ("GET", "/events"), ("DELETE", ""), ("POST", "/resume")):
        answer = client.request(method, f"operations/{id_}{below}")
        answer.problem(404, "operation_not_found")


# -- cancelling --------------------------------------------------------------------------------


def test_cancelled_everything_is_as_before(
    person: Sandbox, client: ApiClient, demo: Demo, parked: ServedFolder
) -> None:
    before = client.get(environment(demo.name)).expect(200)
    folder = person.envs / ".jupyter-envs" / demo.name
    inside = sorted(os.listdir(folder))
    source = spec_source("text-prefix", channels=[parked.url])
    started = client.put(environment(demo.name), {"source": source}).expect(202)
    client.wait(started["id"], lambda found: found["phase"] == "metadata")

    answer = client.delete(f"operations/{started['id']}")

    assert answer.status == 204
    assert answer.content == b""
    ended = client.get(f"operations/{started['id']}").expect(200)
    assert (ended["state"], ended["error"]["code"]) == ("cancelled", "cancelled")
    assert ended["resumable"] is False
    assert person.workers() == []
    assert client.get(environment(demo.name)).expect(200) == before
    assert sorted(os.listdir(folder)) == inside


def test_a_cancelled_create_leaves_no_trace(person: Sandbox, going: Going) -> None:
    going.cancel().expect(204)

    going.client.get(environment(going.name)).problem(404, "environment_not_found")
    assert not (person.envs / ".jupyter-envs" / going.name).exists()
    # The name is free again, at once.
    source = spec_source("text-prefix", name=going.name)
    going.client.done(going.client.post("environments", {"source": source}))


def test_what_has_ended_cannot_be_cancelled_or_resumed(client: ApiClient, demo: Demo) -> None:
    done = client.get("operations", state="succeeded").expect(200)["operations"][0]

    for answer in (
        client.delete(f"operations/{done['id']}"),
        client.post(f"operations/{done['id']}/resume"),
    ):
        problem = answer.problem(409, "operation_ended")
        assert problem["params"] == {"id": done["id"], "state": "succeeded"}
    assert client.get(f"operations/{done['id']}").expect(200) == done


def test_two_who_cancel_at_once(going: Going) -> None:
    answers: list[Answer] = []
    both = [threading.Thread(target=lambda: answers.append(going.cancel())) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)

    assert {answer.status for answer in answers} <= {204, 409}
    assert going.now()["state"] == "cancelled"


# -- killed and resumed ------------------------------------------------------------------------


def test_a_worker_that_dies_is_noticed_by_who_asks_for_its_operation(
    person: Sandbox, going: Going
) -> None:
    kill_worker(person)

    ended = going.client.follow(going.id, seconds=10)

    assert (ended["state"], ended["error"]["code"]) == ("interrupted", "interrupted")
    assert ended["resumable"] is True
    going.client.get(environment(going.name)).problem(404, "environment_not_found")


def test_resumed_under_the_same_id(person: Sandbox, going: Going) -> None:
    kill_worker(person)
    going.client.follow(going.id, seconds=10)
    going.channel.manners = Manners()

    answer = going.resume()

    assert answer.expect(202)["id"] == going.id
    assert answer.headers["location"].endswith(f"/operations/{going.id}")
    assert going.client.done(answer)["name"] == going.name
    assert Path(going.client.get(environment(going.name)).json["prefix"]).is_dir()
    codes = [e["code"] for e in going.client.get(f"operations/{going.id}/events").json["events"]]
    assert codes.count("interrupted") == codes.count("succeeded") == 1


def test_two_who_resume_at_once(person: Sandbox, going: Going) -> None:
    kill_worker(person)
    going.client.follow(going.id, seconds=10)
    going.channel.manners = Manners()
    answers: list[Answer] = []
    both = [threading.Thread(target=lambda: answers.append(going.resume())) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)

    assert sorted(answer.status for answer in answers) == [202, 409]
    assert going.client.follow(going.id)["state"] == "succeeded"


def test_an_interrupted_plan_has_nothing_to_resume(
    person: Sandbox, client: ApiClient, parked: ServedFolder, name: str
) -> None:
    source = spec_source("text-prefix", name=name, channels=[parked.url])
    started = client.post("specs/plan", {"source": source}).expect(202)
    client.wait(started["id"], lambda found: found["phase"] == "metadata")
    kill_worker(person)

    ended = client.follow(started["id"], seconds=10)

    assert (ended["state"], ended["resumable"]) == ("interrupted", False)
    client.post(f"operations/{started['id']}/resume").problem(409, "nothing_to_resume")


def test_a_server_that_starts_closes_what_died_without_it(
    start_server: Serve, sandbox: Sandbox, parked: ServedFolder
) -> None:
    first = start_server(sandbox)
    operation = Going(first.client, parked, "demo")
    first.kill()
    kill_worker(sandbox)
    second = start_server(sandbox)

    ended = until(lambda: second.client.get("operations", state="interrupted").json["operations"])

    assert [one["id"] for one in ended] == [operation.id]
    assert f"interrupted: {operation.id}" in second.log_text()


# -- the queue ---------------------------------------------------------------------------------


def test_more_than_fit_wait_and_say_where(
    start_server: Serve, sandbox: Sandbox, parked: ServedFolder
) -> None:
    client = start_server(sandbox, config={"EnvsApp": {"max_operations": 1}}).client
    first = Going(client, parked, "first")

    waiting = []
    for name in ("second", "third"):
        source = spec_source("text-prefix", name=name)
        waiting.append(client.post("environments", {"source": source}).expect(202)["id"])
    second, third = (client.wait(id_, lambda found: found["queue_position"]) for id_ in waiting)

    assert (second["state"], second["queue_position"]) == ("queued", 1)
    assert (third["state"], third["queue_position"]) == ("queued", 2)
    first.cancel().expect(204)
    assert [client.follow(id_)["state"] for id_ in waiting] == ["succeeded", "succeeded"]


def test_who_did_it_is_the_person_of_this_account(client: ApiClient, person: Sandbox) -> None:
    by_server = client.get("operations").expect(200)["operations"][0]
    command = person.start("plan", person.spec("text-prefix", name="seen"))
    assert command.wait(60) == 0
    by_command = client.get("operations").expect(200)["operations"][0]

    assert by_command["verb"] == "plan"
    assert by_server["actor"] == by_command["actor"]
    assert by_server["id"] < by_command["id"]
