"""``kill -9`` at moments that are known to matter, and at random ones.

``make chaos`` tries hundreds.
"""

from __future__ import annotations

import json

import pytest

from jupyter_envs.operations import ask_update
from jupyter_envs.store import get_managed
from tests.chaos.countdown import WORKER, Countdown
from tests.chaos.invariants import settled
from tests.chaos.moments import Killer, Moment, attempt
from tests.chaos.servers import ask, server
from tests.chaos.verbs import VERBS
from tests.chaos.world import World, other_version, spec
from tests.server import until
from tests.support.api_client import ApiClient

#: Between these changes of the disk and the next ones something is half done. What is right
#: afterwards: the operation had succeeded, or it was undone.
WINDOWS = {
    "the symlink is new, and the kernel is not": ("create", "rename envs/{name}"),
    "the kernel is new, and the ledger does not know": (
        "update",
        "rename jupyter/kernels/conda-env-{name}-tiny/kernel.json",
    ),
    "the way back was taken, and nobody was told": ("rollback", "rename envs/{name}"),
    "the symlink is gone, and all else is there": ("remove", "unlink envs/{name}"),
    "the directory is adopted, and has no kernel": (
        "adopt",
        "rename envs/{name}/conda-meta/jupyter-envs",
    ),
    "the directory has left its place, and has no other": ("exchange", "exchange envs/{name}"),
    "the archive is there, and so is the environment": (
        "archive",
        "rename envs/.jupyter-envs/{name}/archive",
    ),
}

#: A file has a name for a moment only, and the writer dies in it.
LEFT = {
    "a trial of what the disk can": ("create", "create envs/.jupyter-envs-"),
    "a trial of whether names can be exchanged": (
        "exchange",
        "mkdir envs/.jupyter-envs/{name}/.jupyter-envs-",
    ),
    "a kernel": ("update", "create jupyter/kernels/conda-env-{name}-tiny/.kernel.json."),
    "conda's register": ("create", "create .conda/.environments.txt."),
    "a look at drift": ("update", "create envs/.jupyter-envs/{name}/drift/."),
}


def killed(killer: Killer, verb: str, line: str) -> Moment:
    victim = "worker" if VERBS[verb].ask else "command"
    moment = Moment(verb=verb, victim=victim, trigger="window", at=line)
    return killer.try_moment(moment)


@pytest.mark.parametrize("window", WINDOWS)
def test_killed_between_two_changes(killer: Killer, window: str) -> None:
    moment = killed(killer, *WINDOWS[window])

    assert moment.killed
    assert moment.violations == []
    undone = moment.verb == "archive"
    assert moment.closed == ("cleaned up, and done anew" if undone else "had succeeded")


@pytest.mark.parametrize("left", LEFT)
def test_a_clean_takes_what_was_left(killer: Killer, left: str) -> None:
    moment = killed(killer, *LEFT[left])

    assert moment.killed
    assert moment.violations == []


@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_random(killer: Killer, verb: str) -> None:
    moment = attempt(killer, verb)

    assert moment.violations == [], moment


def dying(world: World, name: str) -> dict[str, str]:
    """For whoever starts a worker that is to die right after it has made ``name`` current."""
    countdown = Countdown(
        world.library, world.sandbox.home, world.next_log(), WORKER, f"rename envs/{name}"
    )
    return countdown.environ()


def test_a_command_that_is_told_of_success_has_the_kernel(world: World) -> None:
    """Its worker died between the two; no other command comes."""
    file = world.sandbox.write("told.yml", spec("1.0", "told").data.decode())
    before = dict(world.sandbox.environ)
    world.sandbox.environ.update(dying(world, "told"))
    try:
        result = world.sandbox.json("create", file)
    finally:
        world.sandbox.environ = before

    assert result["recovered"]
    assert "conda-env-told-tiny" in world.sandbox.kernel_names()
    assert settled(world) == []


def test_a_server_that_tells_of_success_has_the_kernel(world: World) -> None:
    before = dict(world.sandbox.environ)
    world.sandbox.environ.update(dying(world, "served"))
    try:
        with server(world, "server") as one:
            ended = one.client.follow(ask(world, one.client, "create", "served").expect(202)["id"])
            assert ended["state"] == "succeeded"
            until(lambda: "conda-env-served-tiny" in _kernels(one.client))
    finally:
        world.sandbox.environ = before

    assert settled(world) == []


def _kernels(client: ApiClient) -> list[str]:
    return list(client.jupyter("GET", "api/kernelspecs").expect(200)["kernelspecs"])


def generations_told(world: World, name: str) -> list[int]:
    return [event["generation"] for event in world.ledger().find(environment=name)]


def test_the_next_change_closes_what_died_before_it(killer: Killer) -> None:
    """Afterwards the generation is no more the current one, and its line could not be told."""
    world = killer.world
    name = VERBS["update"].prepare(world, killer.do)
    before = generations_told(world, name)
    with world.being(dying(world, name)):
        job = ask_update(world.settings, name, spec(other_version(world, name), name))
        killer.wait(job.id)
    died = get_managed(world.store, name).generation or 0

    killer.do("update", name)

    assert generations_told(world, name) == [*before, died, died + 1]
    assert settled(world) == []


def test_an_archived_environment_is_gone_and_the_ledger_knows(killer: Killer) -> None:
    """Its archive is all that there is of it: with that it goes."""
    archived = VERBS["recreate"].prepare(killer.world, killer.do)
    line = "rename envs/.jupyter-envs/.trash/"
    moment = Moment(verb="remove", victim="worker", trigger="window", at=line)

    killer.try_moment(moment, archived)

    assert moment.killed
    assert moment.violations == []
    assert moment.closed == "had succeeded"


def test_a_removal_is_told_once(killer: Killer) -> None:
    """By whoever closes it, and not by the next command again."""
    world = killer.world
    moment = killed(killer, "remove", "append .local/share/jupyter_envs/ledger")

    assert moment.killed
    assert moment.violations == []
    lines = [event for event in world.ledger().events() if event["action"] == "environment_removed"]
    told = [json.dumps((event["environment"], event["generation"])) for event in lines]
    assert "reconcile" not in {event["actor"] for event in lines}, told
