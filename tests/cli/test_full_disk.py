"""A disk that is full, wherever something is to be written: told, nothing lost, and the same
command does it once there is room again."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.bad_ground import Ground, says_it_is_full
from tests.cli.refusals import call, refuse, seen
from tests.support.channel import LocalChannel
from tests.support.kernel_session import KernelSession

#: Where the first word of an operation is written, and everything that comes later.
PLACES: dict[str, Callable[[Ground, str], Path]] = {
    "generation": lambda ground, name: ground.hidden / name,
    "journal": lambda ground, _: ground.hidden / "operations",
    "ledger": lambda ground, _: ground.data / "ledger",
    "kept locks": lambda ground, _: ground.data / "locks",
    "conda's register": lambda ground, _: ground.register,
}


@pytest.fixture(scope="module")
def ground(
    tmp_path_factory: pytest.TempPathFactory,
    bad_disk_library: Path,
    channel: LocalChannel,
    shared_cache: Path,
) -> Iterator[Ground]:
    """Someone with the environment ``demo``, whose kernel works, though there was no room for its
    bytecode: a cache is nothing to fail for."""
    folder, bytecode = tmp_path_factory.mktemp("ground"), shared_cache / "pyc"
    made = Ground(folder, bad_disk_library, channel, shared_cache)
    aside = folder / "pyc"
    if bytecode.exists():
        bytecode.rename(aside)
    bytecode.mkdir(parents=True)
    with made.disk.full(bytecode):
        made.sandbox.create("python")
    if aside.exists():
        shutil.rmtree(bytecode, ignore_errors=True)
        aside.rename(bytecode)
    yield made
    made.sandbox.close()


@pytest.fixture(autouse=True)
def healed(ground: Ground) -> Iterator[None]:
    yield
    ground.disk.heal()


@pytest.mark.parametrize("place", PLACES)
def test_a_create_and_an_update(ground: Ground, place: str) -> None:
    name = f"new-{place[:4].strip()}"
    person, where = ground.sandbox, PLACES[place](ground, name)
    # A lock that is kept already is not written again.
    package = "binary-prefix" if place == "kept locks" else "text-prefix"
    create = ("create", person.spec(package, name=name))
    update = ("update", name, person.spec(package, "activation-demo", name="next"))

    # The line of an environment is in conda's register already when it is updated.
    spoilt = (create,) if place == "conda's register" else (create, update)
    for command in spoilt:
        with ground.disk.full(where):
            refusal = ground.refused(*command)

        says_it_is_full(refusal, where if where.is_dir() else where.parent)
        assert json.loads(call(person, *command, "--json").stdout.splitlines()[-1])["changed"]
    assert len(person.json("show", name)["generations"]) == len(spoilt)
    assert person.run("operations").count("running") == 0


def test_a_disk_that_fills_up_half_way(ground: Ground) -> None:
    """Half a line in the ledger, half a generation: what was begun goes, the chain holds."""
    person = ground.sandbox
    # A lock of its own: one that is kept already is not written again.
    spec, locks = person.spec("text-prefix", "binary-prefix", name="half"), ground.data / "locks"
    for where, room in ((locks, 90), (ground.data / "ledger", 90), (ground.hidden / "half", 200)):
        with ground.disk.full(where, room=room):
            ground.refused("create", spec)
        assert list(locks.glob(".*")) == []

    person.run("create", spec)
    assert "half" in person.names()


@pytest.mark.parametrize("place", ["quota", "quota/1/share"], ids=["ours", "the engine's"])
def test_a_quota_is_called_one(ground: Ground, place: str) -> None:
    """Also in the words of the engine, which tells no number."""
    person = ground.sandbox
    with ground.disk.full(ground.hidden / place, error=errno.EDQUOT):
        said = seen(person, "create", person.spec("gpu-lib", name="quota"))

    assert "the quota on the disk at /" in said
    assert " is used up" in said
    assert "hint What was there before is as it was" in said


def test_the_package_cache(ground: Ground, tmp_path: Path) -> None:
    person, cache = ground.sandbox, tmp_path / "cache"
    command = ("create", person.spec("text-prefix", name="cached"))
    usual = person.environ["JUPYTER_ENVS_CACHE_DIR"]
    person.environ["JUPYTER_ENVS_CACHE_DIR"] = str(cache)
    try:
        with ground.disk.full(cache / "pkgs"):
            says_it_is_full(ground.refused(*command), tmp_path)
        person.run(*command)
    finally:
        person.environ["JUPYTER_ENVS_CACHE_DIR"] = usual
    assert person.run("run", "cached", "--", "text-prefix").strip().endswith("/cached/1")


def test_the_kernel_of_before_starts(ground: Ground, jupyter: Path) -> None:
    person = ground.sandbox
    before = person.json("show", "demo")["prefix"]
    spec = person.spec("python", "text-prefix", name="more")

    with ground.disk.full(ground.kernels):
        says_it_is_full(ground.refused("update", "demo", spec), ground.kernels)

    with KernelSession(jupyter, person.environ) as kernels:
        code = "import sys; print(sys.prefix)"
        assert kernels.once("conda-env-demo-py", code).strip() == before
    after = person.json("update", "demo", spec)
    assert (after["changed"], after["kernels"]) == (True, ["conda-env-demo-py"])


def test_a_rollback(ground: Ground) -> None:
    person = ground.sandbox
    person.create("text-prefix", name="back")
    person.run("update", "back", person.spec("activation-demo", name="forth"))

    for where in (ground.data / "ledger", ground.sandbox.envs):
        with ground.disk.full(where):
            ground.refused("rollback", "back")

    assert person.json("rollback", "back")["generation"] == 1


def test_who_only_looks_is_let_in(ground: Ground) -> None:
    """Even where something would have to be put in order first."""
    person = ground.sandbox
    (ground.register / "environments.txt").write_text("")
    with ground.disk.full(person.home):
        assert "demo" in person.names()
        assert person.json("show", "demo")["name"] == "demo"
        assert person.run("run", "demo", "--", "python", "-c", "print(1)").strip() == "1"

    person.names()
    assert str(person.envs / "demo") in person.registered()


def test_an_environment_can_be_removed_to_make_room(ground: Ground) -> None:
    """Where the record takes no line, the removal is done all the same, and says so."""
    person = ground.sandbox
    person.create("text-prefix", name="gone")
    with ground.disk.full(ground.data / "ledger"):
        done = call(person, "remove", "gone", "--yes")

    assert done.returncode == 0
    assert "gone is removed, but the record does not say so: No space left" in done.stderr
    assert "gone" not in person.names()
    assert not (ground.hidden / "gone").exists()
    assert str(person.envs / "gone") not in person.registered()


def test_how_it_ended_is_found_out_where_nobody_could_write_it(ground: Ground) -> None:
    person, spec = ground.sandbox, ground.sandbox.spec("text-prefix", name="told")
    journals = ground.hidden / "operations"
    person.create("text-prefix", name="tale")
    lines = max(journals.glob("*.jsonl")).read_bytes().splitlines(keepends=True)
    # The disk takes all but the last word.
    room = sum(map(len, lines)) - len(lines[-1]) // 2
    ground.disk.fault(journals, "write", error=errno.ENOSPC, after=room)

    refusal = refuse(person, "create", spec)

    assert ground.disk.hits
    assert refusal.code == "no_space"
    assert (refusal.hint or "").startswith("How the operation ended could not be written down")
    ground.disk.heal()
    assert "told" in person.names()
    newest = person.json("operations")["operations"][0]
    assert (newest["verb"], newest["name"], newest["state"]) == ("create", "told", "succeeded")
    assert person.run("run", "told", "--", "text-prefix").strip().endswith("/told/1")
