"""One moment after the other: begin something, kill it, look, go on, look again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import Literal, Protocol

import msgspec

from jupyter_envs.errors import EnvsError
from jupyter_envs.operations import (
    ENDED,
    Operation,
    is_resumable,
    list_operations,
    read_operation,
    reconcile,
    resume,
)
from jupyter_envs.operations.journal import is_running
from jupyter_envs.operations.launch import reap
from tests.chaos.countdown import WORKER, Countdown
from tests.chaos.invariants import seen, settled, swept, unusable
from tests.chaos.verbs import VERBS, Verb, unfaithful
from tests.chaos.world import Lies, World, snapshot

_PATIENCE = 120.0
_POLL_SECONDS = 0.01

Victim = Literal["worker", "group", "command"]


class Profile(msgspec.Struct, frozen=True):
    """What a verb does when it is let alone: its changes of the disk, and how many seconds."""

    changes: list[str]
    seconds: float


class Moment(msgspec.Struct, kw_only=True):
    """A kill and what came of it. ``trigger`` is ``change``, ``time`` or ``window``; ``at`` the
    number of the change, the second, or how the line of the change begins, where ``{name}`` is
    the environment's; ``of`` how many there are. ``after`` is the change itself. ``again`` says
    that the command which cleaned up was killed too, after that many of its own changes."""

    verb: str
    victim: str
    trigger: str
    at: float | str
    of: float = 0
    phase: str = ""
    after: str = ""
    killed: bool = False
    again: int | None = None
    closed: str = ""
    violations: list[str] = []


class Killer:
    """Kills things in one world. What each verb does is learned when it is first done."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.profiles: dict[str, Profile] = {}
        self._left: dict[str, list[int]] = {}

    # -- to the end -----------------------------------------------------------------------------

    def do(self, name: str, target: str) -> None:
        """Carry a verb out without a kill. Raises AssertionError where it fails."""
        verb = VERBS[name]
        watched = self._countdown(verb)
        began = time.monotonic()
        operation = self._begin_and_wait(verb, target, watched)
        self.profiles[name] = Profile(watched.changes(), time.monotonic() - began)
        assert operation is not None, f"{name} {target} left no journal"
        assert operation.state == "succeeded", f"{name} {target}: {operation.error}"

    def profile(self, name: str) -> Profile:
        """What a verb does."""
        if name not in self.profiles:
            self.do(name, VERBS[name].prepare(self.world, self.do))
        return self.profiles[name]

    # -- and not to the end ---------------------------------------------------------------------

    def draw(self, name: str) -> Moment:
        """A moment of a verb's life that was not tried yet, and whom to kill in it."""
        profile, chance = self.profile(name), self.world.random
        victim: Victim = "worker" if chance.random() < 0.5 else "group"
        if VERBS[name].ask is None:
            victim = "command"
        if victim != "command" and chance.random() < 0.4:
            at = chance.uniform(0, profile.seconds)
            return Moment(
                verb=name, victim=victim, trigger="time", at=round(at, 4),
                of=round(profile.seconds, 3),
            )  # fmt: skip
        left = self._left.get(name) or [*range(1, len(profile.changes) + 1)]
        at = left.pop(chance.randrange(len(left)))
        self._left[name] = left
        return Moment(
            verb=name, victim=victim, trigger="change", at=at, of=len(profile.changes),
            again=chance.randint(1, 8) if chance.random() < 0.25 else None,
        )  # fmt: skip

    def try_moment(self, moment: Moment, target: str | None = None) -> Moment:
        """Let it happen, and fill in what came of it."""
        world, verb = self.world, VERBS[moment.verb]
        target = target or verb.prepare(world, self.do)
        before = snapshot(world)
        after = moment.at.format(name=target) if isinstance(moment.at, str) else int(moment.at)
        timed = moment.trigger == "time"
        countdown = self._countdown(
            verb, after=0 if timed else after, group=moment.victim == "group"
        )
        seconds = float(moment.at) if timed else None
        operation = self._begin_and_wait(
            verb, target, countdown, seconds=seconds, group=moment.victim == "group"
        )
        moment.phase = operation.phase if operation else "queued"
        changes = countdown.changes()
        moment.after = changes[-1] if changes else ""
        reached = not timed and (
            moment.after.startswith(after) if isinstance(after, str) else len(changes) >= after
        )
        moment.killed = reached or operation is None or operation.state not in ENDED
        moment.violations += self._compared(verb, target, before)
        moment.violations += [f"at once: {fault}" for fault in seen(world)]
        if moment.again is not None:
            self._command_that_dies(moment.again)
            moment.violations += [f"killed again: {fault}" for fault in seen(world)]
        self.close(moment, verb, target, before, operation)
        return moment

    def close(
        self,
        moment: Moment,
        verb: Verb,
        target: str,
        before: dict[str, Lies],
        operation: Operation | None,
    ) -> None:
        """Let the next command come, go on with what was killed, and look after each step.
        ``operation`` is as it was found when its worker was gone."""
        world = self.world
        with world.being():
            reconcile(world.settings)
        moment.violations += settled(world)
        moment.violations += self._compared(verb, target, before)
        done = verb.done(before.get(target), snapshot(world).get(target))
        ended = read_operation(world.store, operation.id)[0] if operation else None
        if not moment.killed:
            moment.closed = "not reached"
        elif operation is not None and operation.state in ENDED:
            moment.closed = "had told its end"
        elif ended is not None and ended.state == "succeeded":
            moment.closed = "had succeeded"
            if not done:
                moment.violations.append("it is said to have succeeded, and did not")
        else:
            moment.closed = self._go_on(verb, target, ended, done=done)
        moment.violations += settled(world)
        there = target in {slug for slug, lies in snapshot(world).items() if lies.generations}
        if there:
            often = world.random.random() < 0.2
            moment.violations += unusable(world, target, kernel=often)
        moment.violations += swept(world)

    def _go_on(self, verb: Verb, target: str, ended: Operation | None, *, done: bool) -> str:
        """Resume it, or begin it anew where it had not begun to build."""
        world = self.world
        if ended is not None and is_resumable(world.store, ended):
            with world.being():
                resume(ended.id, world.settings)
                after = self.wait(ended.id)
            assert after.state == "succeeded", f"resumed: {after.error}"
            return "resumed"
        if done:
            return "done, and said to be interrupted"
        self.do(verb.name, target)
        return "cleaned up, and done anew"

    def _compared(self, verb: Verb, target: str, before: dict[str, Lies]) -> list[str]:
        """Everything that was there is as it was, or as the operation was to make it."""
        after, faults = snapshot(self.world), []
        for slug in sorted({*before, *after}):
            was, now = before.get(slug), after.get(slug)
            if slug == target:
                faults += [f"{slug}: {one}" for one in unfaithful(verb, was, now)]
            elif was != now and verb.name != "clean":
                faults.append(f"{slug} was changed, and it was all about {target}")
        return faults

    # -- how ------------------------------------------------------------------------------------

    def _countdown(self, verb: Verb, *, after: int | str = 0, group: bool = False) -> Countdown:
        world = self.world
        victim = WORKER if verb.ask else "-m jupyter_envs rollback"
        return Countdown(world.library, world.sandbox.home, world.next_log(), victim, after, group)

    def _begin_and_wait(
        self,
        verb: Verb,
        target: str,
        countdown: Countdown,
        *,
        seconds: float | None = None,
        group: bool = False,
    ) -> Operation | None:
        """The operation when nobody works on it any more; None where it has no journal."""
        world = self.world
        known = {one.id for one in list_operations(world.store)}
        if verb.ask is None:
            self._command(["rollback", target], countdown)
            made = [one for one in list_operations(world.store) if one.id not in known]
            return made[0] if made else None
        with world.being(countdown.environ()):
            job = verb.ask(world, target)
        operation = str(getattr(job, "id", ""))
        if seconds is not None:
            time.sleep(seconds)
            self._kill(operation, group=group)
        return self.wait(operation)

    def _kill(self, operation: str, *, group: bool) -> None:
        worker = read_operation(self.world.store, operation)[0].worker
        assert worker is not None
        with suppress(ProcessLookupError):
            if group:
                os.killpg(worker.pid, signal.SIGKILL)
            else:
                os.kill(worker.pid, signal.SIGKILL)

    def wait(self, operation: str) -> Operation:
        """The operation when nobody works on it any more."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            reap()
            found = read_operation(self.world.store, operation)[0]
            if not is_running(found):
                # Its last words may have come between the two looks.
                return read_operation(self.world.store, operation)[0]
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"{operation} did not end")

    def _command_that_dies(self, after: int) -> None:
        world = self.world
        victim = "-m jupyter_envs list"
        log = world.next_log()
        self._command(
            ["list", "--json"],
            Countdown(world.library, world.sandbox.home, log, victim, after),
        )

    def _command(self, arguments: list[str], countdown: Countdown) -> None:
        world = self.world
        done = subprocess.run(
            world.sandbox.command(*arguments),
            env={**world.sandbox.environ, **countdown.environ()},
            cwd=world.sandbox.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()


class Kills(Protocol):
    """What kills something: a worker, a command, or a server."""

    def draw(self, name: str) -> Moment:
        """A moment of a verb's life."""

    def try_moment(self, moment: Moment) -> Moment:
        """Kill in that moment, and look."""


def attempt(killer: Kills, name: str) -> Moment:
    """One moment of a verb; what goes wrong otherwise is a violation too."""
    moment = Moment(verb=name, victim="", trigger="", at=0)
    try:
        moment = killer.draw(name)
        return killer.try_moment(moment)
    except (AssertionError, EnvsError, OSError, subprocess.SubprocessError) as error:
        moment.violations.append(f"{type(error).__name__}: {error}")
        return moment
