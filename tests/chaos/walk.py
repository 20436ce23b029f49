"""Two servers and the command line at work on one store, at random, with kills in between.

A model says what must be there: it follows from how the operations ended, and from nothing that
the store says of itself.
"""

from __future__ import annotations

import subprocess
import time
from contextlib import ExitStack
from typing import Any, Literal

import msgspec

from jupyter_envs.errors import EnvsError
from jupyter_envs.operations import ENDED, is_resumable, list_operations
from tests.chaos.invariants import seen, settled, unusable
from tests.chaos.servers import ask, kill_worker, read, server
from tests.chaos.verbs import NAMES, VERBS, managed, unfaithful
from tests.chaos.world import World, other_version, snapshot, spec
from tests.support.api_client import environment

_PATIENCE = 120.0
_VERBS = ("create", "update", "update", "clone", "rollback", "remove")

Fate = Literal["left alone", "worker killed", "server killed", "server and worker killed"]


class Step(msgspec.Struct, kw_only=True):
    """Something that one of the three did, what happened to it, and how it ended."""

    verb: str
    environment: str
    by: str
    fate: Fate
    ended: str = ""
    resumed_by: str | None = None
    violations: list[str] = []


class Walk:
    """Goes step by step; ``model`` is the current generation of each environment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.model: dict[str, int] = {}
        self.servers = {name: server(world, name) for name in ("first server", "second server")}
        self._process: subprocess.Popen[str] | None = None
        self._open = ExitStack()

    def __enter__(self) -> Walk:
        for one in self.servers.values():
            self._open.enter_context(one)
        return self

    def __exit__(self, *why: Any) -> None:
        self._open.close()

    # -- one step -------------------------------------------------------------------------------

    def step(self) -> Step:
        """A random one; what goes wrong otherwise is a violation too."""
        step = self._draw()
        try:
            self._take(step)
        except (AssertionError, EnvsError, OSError, subprocess.SubprocessError) as error:
            step.violations.append(f"{type(error).__name__}: {error}")
        return step

    def _draw(self) -> Step:
        chance = self.world.random
        verb = chance.choice([one for one in _VERBS if self._choices(one)])
        by = chance.choice(["command line", *self.servers])
        fates: list[Fate] = ["left alone", "worker killed"]
        if by in self.servers:
            fates += ["server killed", "server and worker killed"]
        fate: Fate = "left alone" if verb == "rollback" else chance.choice(fates)
        return Step(verb=verb, environment=chance.choice(self._choices(verb)), by=by, fate=fate)

    def _choices(self, verb: str) -> list[str]:
        free = [name for name in NAMES if name not in self.model]
        if verb in {"create", "clone"}:
            return free if verb == "create" or self.model else []
        if verb == "rollback":
            return [one.slug for one in managed(self.world) if one.generations[0] != one.generation]
        return list(self.model)

    def _take(self, step: Step) -> None:
        world, verb = self.world, VERBS[step.verb]
        before = snapshot(world)
        operation = self._begin(step)
        self._interfere(step, operation)
        ended = self._follow(step, operation)
        step.ended = ended["state"]
        if step.ended == "interrupted" and world.random.random() < 0.7:
            ended = self._resume(step, operation) or ended
        if ended["state"] == "succeeded":
            self._learn(step, ended["result"])
        elif step.fate == "left alone" or ended["state"] != "interrupted":
            step.violations.append(f"it ended {ended['state']}: {ended['error']}")
        after = snapshot(world)
        for slug in sorted({*before, *after}):
            was, now = before.get(slug), after.get(slug)
            if slug == step.environment:
                step.violations += [f"{slug}: {one}" for one in unfaithful(verb, was, now)]
            elif was != now:
                step.violations.append(f"{slug} was changed, and it was not about it")
        step.violations += self._disagreements()
        step.violations += settled(world)
        for name in self.model:
            step.violations += unusable(world, name)

    def _learn(self, step: Step, result: dict[str, Any]) -> None:
        if step.verb == "remove":
            del self.model[step.environment]
        else:
            self.model[step.environment] = result["generation"]

    # -- begun, disturbed, followed -------------------------------------------------------------

    def _begin(self, step: Step) -> str:
        """The id of the operation that has begun."""
        if step.by == "command line":
            return self._command(step)
        client, world = self.servers[step.by].client, self.world
        if step.verb == "rollback":
            answer = client.post(environment(step.environment, "rollback"), {})
            return str(answer.expect(200)["id"])
        return str(ask(world, client, step.verb, step.environment).expect(202)["id"])

    def _command(self, step: Step) -> str:
        known = {one.id for one in list_operations(self.world.store)}
        self._process = self.world.sandbox.start(*self._arguments(step), "--json")
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            for one in list_operations(self.world.store):
                # A server may have begun something else meanwhile: not in this walk.
                if one.id not in known:
                    return one.id
            if self._process.poll() is not None:
                raise AssertionError(self._process.communicate())
            time.sleep(0.01)
        raise AssertionError("the command began nothing")

    def _arguments(self, step: Step) -> list[object]:
        world, name = self.world, step.environment
        if step.verb in {"create", "update"}:
            version = "1.0" if step.verb == "create" else other_version(world, name)
            file = world.sandbox.write(f"{name}.yml", spec(version, name).data.decode())
            return ["create", file] if step.verb == "create" else ["update", name, file]
        if step.verb == "clone":
            return ["clone", world.random.choice([*self.model]), name]
        return [step.verb, name, "--yes"] if step.verb == "remove" else [step.verb, name]

    def _interfere(self, step: Step, operation: str) -> None:
        if step.fate == "left alone":
            return
        time.sleep(self.world.random.uniform(0, 1.5))
        if step.fate != "worker killed":
            self.servers[step.by].kill()
        if step.fate != "server killed":
            kill_worker(self.world, operation)
        step.violations += [f"at once: {fault}" for fault in seen(self.world)]

    def _follow(self, step: Step, operation: str) -> dict[str, Any]:
        """How it ended, as somebody sees who is still there; the dead server comes back."""
        if step.by == "command line":
            assert self._process is not None
            out, err = self._process.communicate(timeout=_PATIENCE)
            state = read(self.world, operation).state
            expected = 0 if state == "succeeded" else 1
            if self._process.returncode != expected:
                step.violations.append(f"the command ended with {out} {err}, and it {state}")
        watching = self._another(step.by)
        ended = self.servers[watching].client.follow(operation)
        if step.by in self.servers and not self.servers[step.by].is_running:
            self.servers[step.by].start()
        return ended

    def _another(self, than: str) -> str:
        return self.world.random.choice([name for name in self.servers if name != than])

    def _resume(self, step: Step, operation: str) -> dict[str, Any] | None:
        """By any of the three, where there is something to resume."""
        if not is_resumable(self.world.store, read(self.world, operation)):
            return None
        by = self.world.random.choice(["command line", *self.servers])
        step.resumed_by = by
        if by == "command line":
            self.world.sandbox.run("operations", "resume", operation, "--json")
        else:
            self.servers[by].client.post(f"operations/{operation}/resume").expect(202)
        return self.servers[self._another(by)].client.follow(operation)

    # -- what they say --------------------------------------------------------------------------

    def _disagreements(self) -> list[str]:
        """The servers first: what they say must not need a command."""
        said = {
            name: _generations(one.client.get("environments").expect(200))
            for name, one in self.servers.items()
        }
        said["command line"] = _generations(self.world.sandbox.json("list"))
        faults = [
            f"the {name} says {found}, and it is {self.model}"
            for name, found in said.items()
            if found != self.model
        ]
        open_ones = [one.id for one in list_operations(self.world.store) if one.state not in ENDED]
        return faults + [f"still open: {one}" for one in open_ones]


def _generations(answer: dict[str, Any]) -> dict[str, int]:
    return {one["name"]: one["generation"] for one in answer["environments"]}
