"""The server that dies, with its workers or without them, and who finds what it left."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import Any

from jupyter_envs.operations import ENDED, follow, read_operation
from jupyter_envs.operations.journal import is_running
from tests.chaos.invariants import seen
from tests.chaos.moments import Killer, Moment
from tests.chaos.verbs import VERBS, managed
from tests.chaos.world import World, other_version, snapshot, spec
from tests.support.api_client import Answer, ApiClient, environment
from tests.support.server import JupyterServer

#: What a server is asked for, and dies over.
SERVED = ("create", "update", "clone", "repair", "remove", "archive", "recreate", "adopt")


def server(world: World, name: str) -> JupyterServer:
    """A server of the world's person."""
    return JupyterServer(world.sandbox.environ, world.sandbox.folder / name)


def ask(world: World, client: ApiClient, verb: str, name: str) -> Answer:
    """What a panel sends."""
    if verb == "create":
        version = world.random.choice(("1.0", "2.0"))
        return client.post("environments", {"source": _source(version, name)})
    if verb == "update":
        source = _source(other_version(world, name), name)
        return client.put(environment(name), {"source": source})
    if verb == "clone":
        origin = world.random.choice([one.slug for one in managed(world) if one.slug != name])
        return client.post(environment(origin, "clone"), {"name": name})
    if verb == "remove":
        return client.delete(environment(name))
    return client.post(environment(name, verb), {} if verb in {"adopt", "archive"} else None)


def _source(version: str, name: str) -> dict[str, str]:
    return {"kind": "spec", "text": spec(version, name).data.decode()}


class ServerKiller:
    """Kills a server in the middle of what it was asked for; another closes what it left."""

    def __init__(self, killer: Killer) -> None:
        self.killer = killer
        self.world = killer.world
        self._server = server(self.world, "server")

    def __enter__(self) -> ServerKiller:
        self._server.__enter__()
        return self

    def __exit__(self, *why: Any) -> None:
        self._server.__exit__(*why)

    def draw(self, name: str) -> Moment:
        """A moment in the life of what the server was asked for."""
        profile, chance = self.killer.profile(name), self.world.random
        victim = "server and worker" if chance.random() < 0.5 else "server"
        return Moment(
            verb=name, victim=victim, trigger="time",
            at=round(chance.uniform(0, profile.seconds), 4), of=round(profile.seconds, 3),
        )  # fmt: skip

    def try_moment(self, moment: Moment) -> Moment:
        """Kill it then; the rooms' functions are who comes next. Afterwards it is there again."""
        world, verb = self.world, VERBS[moment.verb]
        target = verb.prepare(world, self.killer.do)
        before = snapshot(world)
        answer = ask(world, self._server.client, moment.verb, target)
        operation = answer.expect(202)["id"]
        time.sleep(float(moment.at))
        self._server.kill()
        if moment.victim == "server and worker":
            kill_worker(world, operation)
        found = read_operation(world.store, operation)[0]
        moment.phase = found.phase
        moment.violations += [f"at once: {fault}" for fault in seen(world)]
        if moment.victim == "server" and found.state not in ENDED:
            moment.violations += self._goes_on(operation)
            self.killer.close(moment, verb, target, before, read(world, operation))
            moment.killed, moment.closed = True, "went on without it"
        else:
            moment.killed = True
            self.killer.close(moment, verb, target, before, found)
        self._server.start()
        return moment

    def _goes_on(self, operation: str) -> list[str]:
        """Another follows the worker that lives on, to its end."""
        with self.world.being():
            for _ in follow(self.world.store, operation):
                pass
        ended = read(self.world, operation)
        return [] if ended.state == "succeeded" else [f"its worker ended: {ended.error}"]


def read(world: World, operation: str) -> Any:
    """The operation now."""
    return read_operation(world.store, operation)[0]


def kill_worker(world: World, operation: str) -> None:
    """kill -9 of a worker's whole group, and wait until it is gone."""
    found = read(world, operation)
    if found.worker is not None and is_running(found):
        with suppress(ProcessLookupError):
            os.killpg(found.worker.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while is_running(read(world, operation)) and time.monotonic() < deadline:
        time.sleep(0.02)
