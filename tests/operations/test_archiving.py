"""Archive and recreate, with real environments: what is kept and what comes back, and kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.ledger import Ledger
from tests.cli.test_operations import until
from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Failed, Sandbox, manifest

KERNEL = "conda-env-demo-py"
VERSION = "import demo_lib; print(demo_lib.__version__)"


def ledger(sandbox: Sandbox) -> Ledger:
    return Ledger(sandbox.home / ".local" / "share" / "jupyter_envs", "irrelevant")


def actions(sandbox: Sandbox) -> list[str]:
    """What was done to environments; kernels that were started are told of too."""
    found = (event["action"] for event in ledger(sandbox).events())
    return [action for action in found if action.startswith("environment_")]


def folder(sandbox: Sandbox) -> Path:
    return sandbox.envs / ".jupyter-envs" / "demo"


def seen_by_conda(sandbox: Sandbox) -> list[str]:
    """What conda lists: folders of its envs_dirs with a history, and lines of its register."""
    listed = [str(path.parents[1]) for path in sandbox.envs.glob("*/conda-meta/history")]
    lines = (Path(line) for line in sandbox.registered())
    found = (str(line) for line in lines if (line / "conda-meta" / "history").is_file())
    return sorted({*listed, *found})


def test_archived_and_back_as_it_was(sandbox: Sandbox, kernels: KernelSession) -> None:
    made = sandbox.create("python", "demo-lib=1.0", pip=["tabulate"])
    sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=1.1", pip=["tabulate"]))
    before = sandbox.json("show", "demo")
    spec = sandbox.run("export", "demo")
    lock = sandbox.run("export", "demo", "--format", "lock")

    archived = sandbox.json("archive", "demo")

    assert (archived["name"], archived["archived"]) == ("demo", True)
    assert archived["lock_digest"] == before["lock_digest"]
    assert archived["freed"] > 0
    assert sandbox.kernel_names() == []
    assert sandbox.registered() == seen_by_conda(sandbox) == []
    assert not os.path.lexists(sandbox.envs / "demo")
    left = {path.name for path in folder(sandbox).iterdir()} - {"leases", "drift"}
    assert left == {"archive", "lock", "next"}
    (listed,) = sandbox.json("list")["environments"]
    assert (listed["archived"], listed["managed"], listed["generation"]) == (True, True, None)
    assert (listed["kernels"], listed["size"], listed["generations"]) == ([], None, [])
    assert (listed["lock_digest"], listed["behind"]) == (before["lock_digest"], False)
    assert listed["drift"] is None
    assert sandbox.run("export", "demo") == spec
    assert sandbox.run("export", "demo", "--format", "lock") == lock

    # A solve would take the newest versions, and there is one: 2.0.
    back = sandbox.json("recreate", "demo")

    assert (back["lock_digest"], back["generation"]) == (before["lock_digest"], 3)
    assert made["lock_digest"] != back["lock_digest"]
    assert kernels.once(KERNEL, VERSION + "; import tabulate") == "1.1"
    now = sandbox.json("show", "demo")
    assert (now["archived"], now["source"], now["behind"]) == (False, before["source"], False)
    assert [one["number"] for one in now["generations"]] == [3]
    assert sandbox.registered() == seen_by_conda(sandbox) == [str(sandbox.envs / "demo")]
    assert sandbox.run("export", "demo", "--format", "lock") == lock
    assert not (folder(sandbox) / "archive").exists()
    assert actions(sandbox)[2:] == ["environment_archived", "environment_recreated"]
    digests = {event["lock_digest"] for event in ledger(sandbox).events()[1:]}
    assert digests == {before["lock_digest"]}
    assert ledger(sandbox).verify() == []


def refused(sandbox: Sandbox, *arguments: object) -> dict[str, Any]:
    with pytest.raises(Failed) as caught:
        sandbox.json(*arguments)
    return caught.value.error


@pytest.fixture
def archived(sandbox: Sandbox) -> Sandbox:
    """A person with an archived environment without a Python."""
    sandbox.create("text-prefix")
    sandbox.json("archive", "demo")
    return sandbox


def test_what_needs_its_files_says_what_to_do(archived: Sandbox) -> None:
    before = manifest(folder(archived))

    for call in (
        ("update", "demo"),
        ("rollback", "demo"),
        ("archive", "demo"),
        ("clone", "demo", "other"),
    ):
        error = refused(archived, *call)
        assert (error["code"], error["params"]) == ("environment_archived", {"name": "demo"})
        assert "jupyter envs recreate demo" in error["hint"]
    with pytest.raises(Failed, match="jupyter envs recreate demo"):
        archived.run("run", "demo", "--", "true")
    assert manifest(folder(archived)) == before


@pytest.mark.parametrize("name", ["demo", "DEMO"])
def test_its_name_stays_taken(archived: Sandbox, name: str) -> None:
    error = refused(archived, "create", archived.spec("text-prefix", name=name))

    assert (error["code"], error["params"]) == ("name_taken", {"name": "demo"})
    assert "jupyter envs recreate demo" in error["hint"]


def test_an_archived_environment_can_be_removed(archived: Sandbox) -> None:
    archived.json("remove", "demo")

    assert archived.names() == []
    assert not folder(archived).exists()
    assert actions(archived)[-1] == "environment_removed"
    assert archived.create("text-prefix")["generation"] == 1


def test_what_is_not_archived_is_not_recreated(sandbox: Sandbox) -> None:
    sandbox.create("text-prefix")

    assert refused(sandbox, "recreate", "demo")["code"] == "environment_not_archived"
    assert refused(sandbox, "recreate", "other")["code"] == "environment_not_found"
    assert sandbox.json("show", "demo")["generation"] == 1


def test_not_while_a_kernel_runs_unless_it_must_be(
    sandbox: Sandbox, kernels: KernelSession
) -> None:
    sandbox.create("python")
    before = manifest(folder(sandbox) / "1")
    kernels.start(KERNEL)

    assert refused(sandbox, "archive", "demo")["code"] == "kernels_running"
    assert manifest(folder(sandbox) / "1") == before
    assert sandbox.kernel_names() == [KERNEL]

    assert sandbox.json("archive", "demo", "--force")["archived"] is True


def test_not_what_the_lock_cannot_bring_back_unless_it_must_be(sandbox: Sandbox) -> None:
    sandbox.create("text-prefix", "bulk")
    next(sandbox.envs.glob("demo/conda-meta/bulk-*.json")).unlink()
    until(lambda: sandbox.json("show", "demo")["drift"]["state"] == "drifted")

    error = refused(sandbox, "archive", "demo")

    assert (error["code"], error["params"]) == ("drift_in_the_way", {"name": "demo"})
    assert sandbox.json("show", "demo")["archived"] is False
    assert sandbox.json("archive", "demo", "--force")["archived"] is True
    sandbox.json("recreate", "demo")
    assert sandbox.json("show", "demo")["drift"]["state"] == "clean"


def test_a_file_that_has_changed_since_is_still_told(archived: Sandbox) -> None:
    archived.spec("text-prefix", "bulk")
    assert archived.json("list")["environments"][0]["behind"] is True
    assert "archived, behind" in archived.run("list")

    archived.json("recreate", "demo")

    assert archived.json("show", "demo")["behind"] is True
    assert archived.json("update", "demo")["changes"]["added"][0].startswith("bulk")


def test_a_recreate_that_fails_leaves_the_archive(archived: Sandbox, tmp_path: Path) -> None:
    """The packages are neither cached nor on any channel that answers."""
    lock = folder(archived) / "archive" / "conda-meta" / "jupyter-envs" / "conda-lock.yml"
    good = lock.read_bytes()
    lock.write_bytes(good.replace(b"sha256: ", b"sha256: 0")[:-1])
    before = manifest(folder(archived))

    refusal = refused(archived, "recreate", "demo")

    assert refusal["code"] == "environment_broken"
    assert "conda-lock.yml of its archive cannot be read" in refusal["message"]

    assert manifest(folder(archived)) == before
    lock.write_bytes(good)
    assert archived.json("recreate", "demo")["kernels"] == []


# -- a kill in the middle ----------------------------------------------------------------------


#: Carries an archive out and kills itself before or after one of its steps.
CUT = """
import os, signal, sys
from jupyter_envs.engine import read_configuration
from jupyter_envs.operations import Job, archiving, default_settings
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.job import run_job
from jupyter_envs.operations.requests import Archive

step, when = sys.argv[1:]
good = getattr(archiving, step)

def cut(*arguments, **more):
    if when == "after":
        good(*arguments, **more)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(archiving, step, cut)
settings = default_settings(read_configuration())
run_job(Job(id=new_id(), request=Archive(name="demo"), settings=settings, actor="ada"))
"""

#: In their order. Up to the symlink's removal nothing has happened.
BEFORE = (("write_archive", "before"), ("write_archive", "after"))
AFTER = (
    ("retract", "after"),
    ("withdraw", "after"),
    ("record", "after"),
    ("discard_generation", "after"),
)


def killed_in_archive(sandbox: Sandbox, step: str, when: str) -> None:
    command = [sys.executable, "-c", CUT, step, when]
    done = subprocess.run(command, env=sandbox.environ, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("step", "when"), BEFORE)
def test_killed_before_the_symlink_goes_it_is_there(
    sandbox: Sandbox, jupyter: Path, step: str, when: str
) -> None:
    sandbox.create("python", "demo-lib=1.0")
    before = manifest(folder(sandbox) / "1")

    killed_in_archive(sandbox, step, when)

    assert seen_by_conda(sandbox) == [str(sandbox.envs / "demo")]
    shown = sandbox.json("show", "demo")
    assert (shown["archived"], shown["generation"]) == (False, 1)
    assert sandbox.json("operations")["operations"][0]["state"] == "interrupted"
    assert not (folder(sandbox) / "archive").exists()
    assert manifest(folder(sandbox) / "1") == before
    assert actions(sandbox) == ["environment_created"]
    with KernelSession(jupyter, sandbox.environ) as kernels:
        assert kernels.once(KERNEL, VERSION) == "1.0"
    assert sandbox.json("archive", "demo")["archived"] is True


@pytest.mark.parametrize(("step", "when"), AFTER)
def test_killed_after_the_symlink_went_it_is_archived(
    sandbox: Sandbox, step: str, when: str
) -> None:
    digest = sandbox.create("python", "demo-lib=1.0")["lock_digest"]
    sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=1.1"))

    killed_in_archive(sandbox, step, when)

    assert seen_by_conda(sandbox) == []
    (listed,) = sandbox.json("list")["environments"]
    assert (listed["archived"], listed["generation"]) == (True, None)
    assert sandbox.json("operations")["operations"][0]["state"] == "succeeded"
    assert sandbox.kernel_names() == sandbox.registered() == []
    assert [path.name for path in folder(sandbox).iterdir() if path.name.isdigit()] == []
    assert actions(sandbox).count("environment_archived") == 1
    assert ledger(sandbox).verify() == []
    assert sandbox.json("recreate", "demo")["lock_digest"] != digest
    assert actions(sandbox)[-1] == "environment_recreated"


def test_two_at_once_are_one_and_a_refusal(sandbox: Sandbox) -> None:
    """An archive and an update of the same environment: either is whole, whoever was first."""
    sandbox.create("text-prefix")
    spec = sandbox.spec("text-prefix", "bulk")
    both = [
        sandbox.start("archive", "demo", "--json"),
        sandbox.start("update", "demo", spec, "--json"),
    ]
    ends = [(p.communicate(timeout=120)[0], p.returncode) for p in both]

    (archived_, updated) = [code for _, code in ends]
    (listed,) = sandbox.json("list")["environments"]
    if archived_ == 0:
        assert (listed["archived"], listed["generation"]) == (True, None)
        assert sandbox.json("recreate", "demo")["kernels"] == []
    else:
        assert updated == 0
        assert (listed["archived"], listed["generation"]) == (False, 2)
    for said, code in ends:
        last = json.loads(said.splitlines()[-1])
        assert code == 0 or last["code"] in ("environment_busy", "environment_archived")
    assert ledger(sandbox).verify() == []


def test_a_recreate_that_was_killed_is_resumed(archived: Sandbox, tmp_path: Path) -> None:
    archived.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "empty-cache")
    before = manifest(folder(archived) / "archive")
    process = archived.start("recreate", "demo", "--json")
    until(lambda: any(folder(archived).glob("*/conda-meta/jupyter-envs/building")))
    os.killpg(archived.workers()[0], signal.SIGKILL)
    process.communicate(timeout=60)

    assert archived.json("list")["environments"][0]["archived"] is True
    assert manifest(folder(archived) / "archive") == before
    operation = archived.json("operations")["operations"][0]
    assert (operation["verb"], operation["state"]) == ("recreate", "interrupted")

    archived.json("operations", "resume", operation["id"])

    assert archived.json("show", "demo")["archived"] is False


def test_a_removal_that_was_killed_before_it_began_is_none(archived: Sandbox) -> None:
    """Nobody removed it, so nobody may say so."""
    cut = CUT.replace("Archive", "Remove").replace("archiving", "removing")
    command = [sys.executable, "-c", cut, "discard_archive", "before"]
    subprocess.run(command, env=archived.environ, timeout=60, check=False)

    assert archived.json("operations")["operations"][0]["state"] == "interrupted"
    assert archived.json("show", "demo")["archived"] is True
