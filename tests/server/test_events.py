"""Changes on Jupyter's event bus: what an open JupyterLab hears, and what nobody pays for."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from jupyter_envs.server.app import SCHEMA
from tests.server import spec_source, until
from tests.server.conftest import Serve
from tests.support.api_client import ApiClient
from tests.support.event_bus import CHANGES, EventBus, Heard
from tests.support.sandbox import Sandbox
from tests.support.serve import Manners, ServedFolder
from tests.support.server import JupyterServer

#: The promise is four a second; a busy machine may hand two over together.
MOST_IN_A_SECOND = 5


@pytest.fixture
def bus(server: JupyterServer, client: ApiClient) -> Iterator[EventBus]:
    """Somebody who has the panel open."""
    with EventBus(server.url, server.token) as listening:
        client.get("environments").expect(200)
        yield listening


def about(heard: list[Heard], name: str) -> list[dict[str, Any]]:
    """What was heard of the operation on an environment, in order."""
    return [one for event in heard for one in event.operations if one["name"] == name]


def most_in_a_second(heard: list[Heard]) -> int:
    moments = [event.moment for event in heard]
    return max(sum(start <= moment < start + 1 for moment in moments) for start in moments)


def test_a_create_is_heard_from_its_beginning_to_its_end(
    client: ApiClient, bus: EventBus, parked: ServedFolder, name: str
) -> None:
    # Long enough in each answer that even a busy server looks meanwhile.
    parked.manners = Manners(delay=1.5, bytes_per_second=12_000_000)
    source = spec_source("text-prefix", "bulk", name=name, channels=[parked.url])
    started = client.post("environments", {"source": source}).expect(202)

    end = bus.ended(name)

    told = about(bus.heard, name)
    assert {one["id"] for one in told} == {started["id"]}
    assert len(told) >= 2  # a busy server looks less often than four times a second
    assert [one["events"] for one in told] == sorted(one["events"] for one in told)
    assert "metadata" in [one["phase"] for one in told]
    assert (end["state"], end["phase"]) == ("succeeded", "ended")
    assert end == {key: client.get(f"operations/{started['id']}").json[key] for key in end}
    bus.wait(lambda event: event.data["environments"])


def test_there_are_at_most_four_a_second(
    client: ApiClient, bus: EventBus, name: str, parked: ServedFolder
) -> None:
    """Though the journals of these operations grow by tens of lines in that time."""
    parked.manners = Manners(bytes_per_second=8_000_000)
    for number in range(3):
        more = spec_source("text-prefix", "bulk", name=f"{name}-{number}", channels=[parked.url])
        client.post("environments", {"source": more}).expect(202)
    for number in range(3):
        bus.ended(f"{name}-{number}")

    assert len(bus.heard) >= 2  # how many more depends on how fast the machine is
    assert most_in_a_second(bus.heard) <= MOST_IN_A_SECOND


def test_every_event_is_of_the_schema_and_tells_no_secret(
    server: JupyterServer, client: ApiClient, bus: EventBus, name: str
) -> None:
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    assert schema["$id"] == CHANGES
    validator = jsonschema_rs.validator_for(
        {key: schema[key] for key in ("type", "additionalProperties", "required", "properties")}
    )
    client.post("environments", {"source": spec_source("tqdmm", name=name)}).expect(202)

    assert bus.ended(name)["state"] == "failed"

    for event in bus.heard:
        data = {key: value for key, value in event.data.items() if key not in _OF_THE_BUS}
        validator.validate(data)
        assert server.token not in json.dumps(event.data)


_OF_THE_BUS = ("schema_id", "schema_version", "metadata_version", "timestamp", "__timestamp__",
               "__schema__", "__schema_version__", "__metadata_version__")  # fmt: skip


def test_what_the_command_line_does_is_heard(person: Sandbox, bus: EventBus, name: str) -> None:
    person.create("text-prefix", name=name)

    assert bus.ended(name)["verb"] == "create"
    person.json("update", name, person.spec("text-prefix", "activation-demo", name=name))
    bus.wait(lambda event: any(o["verb"] == "update" for o in about([event], name)))
    person.json("rollback", name)
    bus.wait(lambda event: any(o["verb"] == "rollback" for o in about([event], name)))
    person.json("remove", name)
    bus.wait(lambda event: any(o["verb"] == "remove" for o in about([event], name)))


def test_what_another_server_does_is_heard(
    person: Sandbox, bus: EventBus, name: str, start_server: Serve
) -> None:
    other = start_server(person)

    body = {"source": spec_source("text-prefix", name=name)}
    other.client.done(other.client.post("environments", body))

    assert bus.ended(name)["state"] == "succeeded"


def test_a_link_that_a_hand_takes_away_is_heard(
    person: Sandbox, client: ApiClient, bus: EventBus, name: str
) -> None:
    client.done(client.post("environments", {"source": spec_source("text-prefix", name=name)}))
    bus.ended(name)
    known = len(bus.heard)

    (person.envs / name).unlink()

    until(lambda: any(event.data["environments"] for event in bus.heard[known:]))


def test_an_end_that_no_worker_told_is_heard(
    person: Sandbox, client: ApiClient, bus: EventBus, parked: ServedFolder, name: str
) -> None:
    source = spec_source("text-prefix", name=name, channels=[parked.url])
    client.post("environments", {"source": source}).expect(202)
    bus.wait(lambda event: any(o["phase"] == "metadata" for o in about([event], name)))

    (pid,) = person.workers()
    os.killpg(pid, signal.SIGKILL)

    assert bus.ended(name, seconds=5)["state"] == "interrupted"


# -- nobody looks ------------------------------------------------------------------------------


def test_while_nobody_looks_nobody_is_served(
    start_server: Serve, sandbox: Sandbox, parked: ServedFolder
) -> None:
    """A server that looks closes the journal of a dead worker: here none does, but once after the
    server's start, until it is asked."""
    _die(sandbox, parked, "before")
    server = start_server(sandbox)
    until(lambda: _interrupted(sandbox) == 1)

    path = _die(sandbox, parked, "after")
    time.sleep(1.0)
    assert _interrupted(sandbox) == 1

    server.client.get(f"operations/{path.stem}").expect(200)
    until(lambda: _interrupted(sandbox) == 2, seconds=5)


def _die(sandbox: Sandbox, parked: ServedFolder, name: str) -> Path:
    """Kill a create and its worker while it reads the channel; its journal."""
    before = _journals(sandbox)
    source = sandbox.spec("text-prefix", name=name, channels=[parked.url])
    command = sandbox.start("create", source)
    (pid,) = until(sandbox.workers)
    (path,) = until(lambda: _journals(sandbox) - before)
    until(lambda: b'"metadata"' in path.read_bytes())
    command.kill()
    os.killpg(pid, signal.SIGKILL)
    return path


def _journals(sandbox: Sandbox) -> set[Path]:
    return set(sandbox.envs.glob(".jupyter-envs/operations/*.jsonl"))


def _interrupted(sandbox: Sandbox) -> int:
    return sum(b'"interrupted"' in path.read_bytes() for path in _journals(sandbox))
