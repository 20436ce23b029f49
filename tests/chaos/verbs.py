"""What can be interrupted: how each verb is made ready, begun, and what it may have led to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import NamedTuple

from jupyter_envs.operations import (
    ask_adopt,
    ask_archive,
    ask_clean,
    ask_clone,
    ask_create,
    ask_recreate,
    ask_remove,
    ask_repair,
    ask_update,
)
from jupyter_envs.store import (
    ADOPTED,
    Environment,
    GenerationFiles,
    get_managed,
    list_all,
    list_environments,
)
from tests.chaos.packages import VERSIONS
from tests.chaos.world import Lies, World, other_version, spec, without_ours
from tests.support.channel.install import Request, ask

NAMES = ("ada", "bert", "cleo", "dora")
_AGED_SECONDS = 7200.0
_HISTORY = """\
==> 2026-01-02 03:04:05 <==
# cmd: /opt/conda/bin/conda create -n demo tool=1.0 tiny-kernel
# conda version: 26.7.0
# update specs: ['tool=1.0', 'tiny-kernel']
"""

#: Do something to the end, as a person does who is not interrupted.
Do = Callable[[str, str], None]


class Verb(NamedTuple):
    """``prepare`` gives the environment that it is to be about, and makes it where there is
    none; ``ask`` starts a worker and is None for what a command does in its own process.
    ``done`` tells whether it was carried out, ``takes`` that generations may go with it."""

    name: str
    prepare: Callable[[World, Do], str]
    ask: Callable[[World, str], object] | None
    done: Callable[[Lies | None, Lies | None], bool]
    takes: bool = False


# -- made ready ---------------------------------------------------------------------------------


def managed(world: World, *, adopted: bool = False) -> list[Environment]:
    """Environments that are there; those with an adopted generation, or those without."""
    found = [one for one in list_environments(world.store) if one.managed]
    return [one for one in found if (ADOPTED in one.generations) == adopted]


def _free_name(world: World, do: Do) -> str:
    taken = {one.slug for one in list_all(world.store)}
    free = [name for name in NAMES if name not in taken]
    if not free:
        name = world.random.choice([name for name in NAMES if name in taken])
        do("remove", name)
        return name
    return world.random.choice(free)


def _some(world: World, do: Do) -> str:
    there = [one.slug for one in managed(world)]
    if not there:
        name = _free_name(world, do)
        do("create", name)
        return name
    return world.random.choice(there)


def _some_or_archived(world: World, do: Do) -> str:
    archived = [one.slug for one in list_all(world.store) if one.archived]
    return archived[0] if archived and world.random.random() < 0.3 else _some(world, do)


def _archived(world: World, do: Do) -> str:
    archived = [one.slug for one in list_all(world.store) if one.archived]
    if archived:
        return archived[0]
    name = _some(world, do)
    do("archive", name)
    return name


def _with_earlier(world: World, do: Do) -> str:
    for one in managed(world):
        if any(n < (one.generation or 0) for n in one.generations):
            return one.slug
    name = _some(world, do)
    do("update", name)
    return name


def _with_aged(world: World, do: Do) -> str:
    """One with an earlier generation that was made two hours ago."""
    name = _with_earlier(world, do)
    environment = get_managed(world.store, name)
    old = time.time() - _AGED_SECONDS
    for number in environment.generations:
        if number != environment.generation:
            os.utime(GenerationFiles(world.store.generation(name, number)).info, (old, old))
    return name


def _foreign(world: World, do: Do) -> str:
    """A directory that another tool made."""
    there = [one.slug for one in list_environments(world.store) if not one.managed]
    if there:
        return there[0]
    taken = [one.slug for one in managed(world, adopted=True)]
    for name in taken:
        do("remove", name)
    prefix = world.store.root / "theirs"
    cache = world.sandbox.environ["JUPYTER_ENVS_CACHE_DIR"]
    specs = ("tool=1.0", "tiny-kernel")
    made = ask(Request(channels=(world.channel,), specs=specs, cache=cache, prefix=str(prefix)))
    assert made.error is None
    (prefix / "conda-meta" / "history").write_text(_HISTORY)
    return prefix.name


def _adopted_in_place(world: World, do: Do) -> str:
    for one in managed(world, adopted=True):
        if one.generation == ADOPTED and one.generations == (ADOPTED,):
            return one.slug
    for one in managed(world, adopted=True):
        do("remove", one.slug)
    name = _foreign(world, do)
    do("adopt", name)
    return name


def _adopted_left(world: World, do: Do) -> str:
    for one in managed(world, adopted=True):
        if one.generation == ADOPTED + 1:
            return one.slug
    name = _adopted_in_place(world, do)
    do("exchange", name)
    return name


# -- what it may have led to --------------------------------------------------------------------


def _is_there(_: Lies | None, after: Lies | None) -> bool:
    return after is not None and after.current is not None


def _is_newer(before: Lies | None, after: Lies | None) -> bool:
    assert before is not None
    return after is not None and (after.current or 0) > (before.current or 0)


def _is_earlier(before: Lies | None, after: Lies | None) -> bool:
    assert before is not None
    return after is not None and (after.current or 0) < (before.current or 0)


def _is_gone(_: Lies | None, after: Lies | None) -> bool:
    return after is None


def _is_archived(_: Lies | None, after: Lies | None) -> bool:
    return after is not None and bool(after.archive)


def _is_collected(before: Lies | None, after: Lies | None) -> bool:
    assert before is not None
    return after is not None and [*after.generations] == [before.current]


def unfaithful(verb: Verb, before: Lies | None, after: Lies | None) -> list[str]:
    """What a killed operation did to an environment that it may not have done."""
    if verb.done(before, after):
        return _changed_generations(verb, before, after)
    if before is None:
        return [] if after is None else ["something is there that was not"]
    if after is None:
        return ["it is gone"]
    faults = _changed_generations(verb, before, after)
    if after.current != before.current:
        faults.append(f"generation {after.current} is current and not {before.current}")
    if after.archive != before.archive:
        faults.append("its archive is another one")
    return faults


def _changed_generations(verb: Verb, before: Lies | None, after: Lies | None) -> list[str]:
    if before is None or after is None:
        return []
    faults = []
    for number, lay in before.generations.items():
        lies = after.generations.get(number)
        if lies is None and (verb.takes and number != after.current):
            continue
        if lies != lay:
            faults.append(f"generation {number} is {'gone' if lies is None else 'changed'}")
    if before.foreign:
        now = after.foreign or after.generations.get(ADOPTED, {})
        if without_ours(now) != without_ours(before.foreign):
            faults.append("the directory of another tool was changed")
    return faults


# -- the table ----------------------------------------------------------------------------------


def _ask_create(world: World, name: str) -> object:
    version = world.random.choice(VERSIONS)
    return ask_create(world.settings, spec(version, name), name)


def _ask_update(world: World, name: str) -> object:
    source = spec(other_version(world, name), name)
    return ask_update(world.settings, name, source)


def _ask_clone(world: World, name: str) -> object:
    origin = world.random.choice([one.slug for one in managed(world) if one.slug != name])
    return ask_clone(world.settings, origin, name)


def _prepare_clone(world: World, do: Do) -> str:
    _some(world, do)
    name = _free_name(world, do)
    if not [one for one in managed(world) if one.slug != name]:
        _some(world, do)
    return name


VERBS = {
    verb.name: verb
    for verb in (
        Verb("create", _free_name, _ask_create, _is_there),
        Verb("update", _some, _ask_update, _is_newer),
        Verb("clone", _prepare_clone, _ask_clone, _is_there),
        Verb("repair", _some, lambda w, n: ask_repair(w.settings, n), _is_newer),
        Verb("remove", _some_or_archived, lambda w, n: ask_remove(w.settings, n), _is_gone, True),
        Verb("archive", _some, lambda w, n: ask_archive(w.settings, n), _is_archived, True),
        Verb("recreate", _archived, lambda w, n: ask_recreate(w.settings, n), _is_there),
        Verb("adopt", _foreign, lambda w, n: ask_adopt(w.settings, n), _is_there),
        # The first update of an adopted directory, and back.
        Verb("exchange", _adopted_in_place, _ask_update, _is_newer),
        Verb("exchange-back", _adopted_left, None, _is_earlier),
        Verb("rollback", _with_earlier, None, _is_earlier),
        Verb(
            "clean",
            _with_aged,
            lambda w, n: ask_clean(w.settings, generations=True, packages=True),
            _is_collected,
            True,
        ),
    )
}

__all__ = ["NAMES", "VERBS", "Do", "Verb", "managed", "unfaithful"]
