"""A cleaning is looked at first, and does exactly what was shown; sizes are what a disk says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.store import this_process
from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Sandbox, manifest

HOURS = 2 * 3600.0


def used(*folders: Path) -> int:
    """Bytes of folders on the disk, as du counts them: each file once."""
    command = ["du", "--block-size=1", "--summarize", "--total", *map(str, folders)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return int(done.stdout.splitlines()[-1].split()[0])


def age(path: Path, seconds: float = HOURS) -> None:
    """Make a file look older."""
    moment = time.time() - seconds
    os.utime(path, (moment, moment), follow_symlinks=False)


@pytest.fixture
def saver(sandbox: Sandbox) -> Sandbox:
    """A person with a cache of their own, in which only what they made is."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(sandbox.folder / "cache")
    return sandbox


def hidden(sandbox: Sandbox) -> Path:
    return sandbox.envs / ".jupyter-envs"


def leave_things(sandbox: Sandbox) -> dict[str, Path]:
    """What killed processes leave, all of it old, and the like of it that must stay."""
    folder = hidden(sandbox) / "demo"
    unfinished = folder / "7"
    (unfinished / "conda-meta" / "jupyter-envs").mkdir(parents=True)
    (unfinished / "conda-meta" / "jupyter-envs" / "building").write_text("{}")
    (unfinished / "data").write_bytes(os.urandom(300_000))
    grave = hidden(sandbox) / ".trash" / "0123456789abcdef"
    grave.mkdir(parents=True)
    (grave / "data").write_bytes(os.urandom(200_000))
    ended = {"generation": 1, "host": this_process().host, "boot_id": "x", "pid": 1}
    lease = folder / "leases" / "1-host-1.json"
    lease.write_text(json.dumps({**ended, "start_time": 1}))
    temporary = folder / ".next.0123abcd"
    temporary.write_text("8")
    link = sandbox.envs / ".demo.0123abcd"
    link.symlink_to(".jupyter-envs/demo/1")
    for path in (unfinished, grave, lease, temporary, link):
        age(path)
    return {
        "unfinished": unfinished,
        "trash": grave,
        "lease": lease,
        "temporary": temporary,
        "link": link,
    }


def spared(sandbox: Sandbox) -> list[Path]:
    """Things that look much the same and are somebody's."""
    young = hidden(sandbox) / "demo" / ".next.89abcdef"
    young.write_text("9")
    theirs = sandbox.envs / ".mine.0123abcd"
    theirs.symlink_to("/usr")
    note = sandbox.envs / ".note.0123abcd"
    note.write_text("of somebody")
    for path in (theirs, note):
        age(path)
    return [young, theirs, note]


def planned(sandbox: Sandbox, *options: str) -> dict[str, Any]:
    plan: dict[str, Any] = sandbox.json("clean", "--dry-run", *options)
    assert plan["bytes"] == sum(item["bytes"] for item in plan["items"])
    return plan


def test_what_was_shown_goes_and_nothing_else(saver: Sandbox, jupyter: Path) -> None:
    saver.create("python", "bulk=1.0")
    saver.json("update", "demo", saver.spec("python", "bulk=1.1"))
    saver.create("text-prefix", name="gone")
    saver.json("remove", "gone")
    saver.wait_for_workers()
    age(hidden(saver) / "demo" / "1" / "conda-meta" / "jupyter-envs" / "generation.json")
    left = leave_things(saver)
    kept = spared(saver)
    cache = saver.folder / "cache"
    before, everything = used(hidden(saver), cache), manifest(saver.folder)

    plan = planned(saver, "--generations")

    assert manifest(saver.folder) == everything
    found: dict[str, list[str]] = {}
    for item in plan["items"]:
        found.setdefault(item["kind"], []).append(item["name"])
    # The kernels that were started as proof have left their leases.
    assert "demo/1-host-1" in found.pop("lease")
    assert [name.rsplit("-", 1)[0] for name in found.pop("package")] == [
        "bulk-1.0",
        "text-prefix-1.0",
    ]
    assert found == {
        "trash": [left["trash"].name],
        "unfinished": ["demo/7"],
        "temporary": [".demo.0123abcd", ".next.0123abcd"],
        "generation": ["demo/1"],
    }
    assert [item["generation"] for item in plan["items"] if item["generation"]] == [7, 1]

    result = saver.json("clean", "--generations")

    assert (result["generations"], result["packages"]) == (1, 2)
    assert result["leftovers"] == len(plan["items"]) - 3
    assert result["freed"] == plan["bytes"]
    # The journal of the cleaning itself is new.
    freed = before - used(hidden(saver), cache)
    assert abs(freed - plan["bytes"]) < 100_000
    assert plan["bytes"] > 20_000_000  # of "bulk", which the generation and the cache shared
    assert [path for path in left.values() if os.path.lexists(path)] == []
    assert all(os.path.lexists(path) for path in kept)
    again = planned(saver, "--generations")
    assert (again["items"], again["bytes"]) == ([], 0)
    with KernelSession(jupyter, saver.environ) as kernels:
        assert kernels.once("conda-env-demo-py", "print('here')") == "here"


def test_what_is_shared_is_freed_with_the_last_that_has_it(saver: Sandbox) -> None:
    """A generation alone frees little, since the cache has its packages too."""
    saver.create("bulk")
    saver.json("update", "demo", saver.spec("text-prefix"))
    saver.wait_for_workers()
    age(hidden(saver) / "demo" / "1" / "conda-meta" / "jupyter-envs" / "generation.json")

    (generation, package) = planned(saver, "--generations")["items"]

    assert (generation["kind"], package["kind"]) == ("generation", "package")
    assert generation["bytes"] < 1_000_000 < 20_000_000 < package["bytes"]
    # As long as the generation stays, so does its package.
    assert planned(saver)["items"] == []


def test_a_dry_run_is_told_in_words(saver: Sandbox) -> None:
    assert "nothing to remove" in saver.run("clean", "--dry-run")
    saver.create("bulk")
    saver.json("remove", "demo")

    said = saver.run("clean", "--dry-run")

    assert "bulk-" in said
    assert "cached package" in said
    assert "nothing was removed" in said
    assert "package(s)" in saver.run("clean")


@pytest.mark.parametrize("named", ["demo", "Démo"])
def test_what_a_live_build_has_is_no_leftover(saver: Sandbox, named: str) -> None:
    """However long it takes, and however its journal writes the name."""
    from jupyter_envs.operations.journal import JournalWriter

    saver.create("text-prefix")
    unfinished = leave_things(saver)["unfinished"]
    marker = unfinished / "conda-meta" / "jupyter-envs" / "building"
    marker.write_text('{"operation": "0123456789ab", "request": {}}')
    journal = JournalWriter(hidden(saver) / "operations" / "0123456789ab.jsonl")
    journal.submit(verb="update", name=named, actor="ada", worker=this_process())
    journal.progress("install", 0, 1, "packages")

    plan = planned(saver)

    assert "unfinished" not in [item["kind"] for item in plan["items"]]
    assert plan["blocked"] is True
    journal.end("failed", {})
    journal.close()
    plan = planned(saver)
    assert "unfinished" in [item["kind"] for item in plan["items"]]
    assert plan["blocked"] is False
    assert unfinished.exists()


def test_an_archive_is_nothing_to_clean(saver: Sandbox) -> None:
    saver.create("bulk")
    saver.json("archive", "demo")

    kinds = [item["kind"] for item in planned(saver, "--generations")["items"]]
    saver.json("clean", "--generations")

    assert set(kinds) == {"package"}
    assert saver.json("show", "demo")["archived"] is True
    assert saver.json("recreate", "demo")["generation"] == 2


# -- sizes -------------------------------------------------------------------------------------


def of(storage: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in storage["by_environment"] if one["name"] == name)


def test_what_removal_frees_is_what_the_disk_says(saver: Sandbox) -> None:
    saver.create("text-prefix", "bulk", name="one")
    saver.create("text-prefix", "bulk", name="two")
    saver.json("update", "two", saver.spec("text-prefix", name="two"))
    saver.wait_for_workers()
    (hidden(saver) / "one" / "1" / "own").write_bytes(os.urandom(3_000_000))
    cache = saver.folder / "cache"

    storage = saver.json("storage")

    one, two = of(storage, "one"), of(storage, "two")
    assert [g["number"] for g in two["generations"]] == [1, 2]
    assert [g["current"] for g in two["generations"]] == [False, True]
    assert 3_000_000 < one["unique"] < 5_000_000  # its own file, records, and no package
    assert one["shared"] > 20_000_000
    assert one["generations"][0]["total"] > 23_000_000
    # Without the cache each file of "bulk" has its last names in the environments.
    shutil.rmtree(cache / "pkgs")
    alone = saver.json("storage")
    assert of(alone, "one")["unique"] < 5_000_000
    before = used(hidden(saver))
    shutil.rmtree(hidden(saver) / "one")
    assert abs(before - used(hidden(saver)) - one["unique"]) < 20_000
    (saver.envs / "one").unlink()
    assert of(saver.json("storage"), "two")["unique"] > 20_000_000


def test_an_archived_environment_takes_next_to_nothing(saver: Sandbox) -> None:
    saver.create("bulk")
    whole = of(saver.json("storage"), "demo")
    assert whole["archived"] is False

    saver.json("archive", "demo")

    found = of(saver.json("storage"), "demo")
    assert (found["archived"], found["generations"], found["shared"]) == (True, [], 0)
    assert 0 < found["unique"] < 100_000
    assert "(archived)" in saver.run("storage")


def test_last_used_is_the_last_start(sandbox: Sandbox, kernels: KernelSession) -> None:
    sandbox.create("python")
    made = of(sandbox.json("storage"), "demo")["last_used"]
    assert made is not None
    time.sleep(1.1)  # moments are told to the second

    handle = kernels.start("conda-env-demo-py")
    kernels.run(handle, "pass")

    assert of(sandbox.json("storage"), "demo")["last_used"] > made
