"""Adopting what another tool made: derived, proved, updated, rolled back; kills in between."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.ledger import Ledger
from jupyter_envs.lock import parse_lock
from jupyter_envs.store import Store, current_generation
from tests.cli.failing_world import write_wheel
from tests.cli.test_operations import until
from tests.support.channel import LocalChannel
from tests.support.channel.install import Request, ask
from tests.support.kernel_session import KernelSession
from tests.support.pip_index import from_folder
from tests.support.sandbox import Failed, Sandbox, manifest

KERNEL = "conda-env-demo-py"
VERSION = "import demo_lib; print(demo_lib.__version__)"
SPECS = ("python", "ipykernel", "demo-lib=1.0")
#: Two commands of conda's: the second one asks for another version, and takes a name out.
HISTORY = """\
==> 2026-01-02 03:04:05 <==
# cmd: /opt/conda/bin/conda create -n demo python ipykernel demo-lib=0.9 text-prefix
# conda version: 26.7.0
# update specs: ['python', 'ipykernel', 'demo-lib=0.9', 'text-prefix']
==> 2026-02-02 03:04:05 <==
# cmd: /opt/conda/bin/conda install demo-lib=1.0
# conda version: 26.7.0
# remove specs: ['text-prefix']
# update specs: ['demo-lib=1.0']
"""


@pytest.fixture
def theirs(sandbox: Sandbox, channel: LocalChannel) -> Path:
    """A directory with a kernel, as conda leaves it in one of its ``envs_dirs``."""
    return make_theirs(sandbox, channel.url, *SPECS)


def make_theirs(sandbox: Sandbox, channel: str, *specs: str, name: str = "demo") -> Path:
    prefix = sandbox.envs / name
    cache = sandbox.environ["JUPYTER_ENVS_CACHE_DIR"]
    made = ask(Request(channels=(channel,), specs=specs, cache=cache, prefix=str(prefix)))
    assert made.error is None
    (prefix / "conda-meta" / "history").write_text(HISTORY)
    return prefix


def folder(sandbox: Sandbox) -> Path:
    return sandbox.envs / ".jupyter-envs" / "demo"


def ledger(sandbox: Sandbox) -> Ledger:
    return Ledger(sandbox.home / ".local" / "share" / "jupyter_envs", "irrelevant")


def actions(sandbox: Sandbox) -> list[str]:
    found = (event["action"] for event in ledger(sandbox).events())
    return [action for action in found if action.startswith("environment_")]


def refused(sandbox: Sandbox, *arguments: object) -> dict[str, Any]:
    with pytest.raises(Failed) as caught:
        sandbox.json(*arguments)
    return caught.value.error


Entry = tuple[int, int, int, int]


def tree(prefix: Path) -> dict[str, Entry]:
    """Every entry of a directory but ours: inode, mode, size, time. conda-meta's own time tells
    that something was put into it, and it was: our folder."""
    found = {}
    for root, folders, files in os.walk(prefix):
        if root == str(prefix / "conda-meta") and "jupyter-envs" in folders:
            folders.remove("jupyter-envs")
        for name in (*folders, *files):
            path = Path(root, name)
            state = path.lstat()
            moment = 0 if path == prefix / "conda-meta" else state.st_mtime_ns
            size = 0 if path.is_dir() else state.st_size
            found[str(path.relative_to(prefix))] = (state.st_ino, state.st_mode, size, moment)
    return found


def left_nothing(sandbox: Sandbox) -> bool:
    return not folder(sandbox).exists() and sandbox.kernel_names() == []


# -- from theirs to ours and back ----------------------------------------------------------------


def test_adopted_updated_and_rolled_back(
    sandbox: Sandbox, theirs: Path, kernels: KernelSession
) -> None:
    before, inode = tree(theirs), theirs.stat().st_ino

    preview = sandbox.json("adopt", "demo", "--dry-run")
    assert (preview["possible"], preview["unlocked"]) == (True, [])
    assert not folder(sandbox).exists()
    adopted = sandbox.json("adopt", "demo")

    assert (adopted["generation"], adopted["adopted"]) == (0, True)
    assert adopted["path"] == str(theirs)
    assert (theirs.is_symlink(), theirs.stat().st_ino, tree(theirs)) == (False, inode, before)
    shown = sandbox.json("show", "demo")
    assert (shown["managed"], shown["generation"], shown["kernel"]) == (True, 0, KERNEL)
    assert shown["drift"]["state"] == "clean"
    minor = sandbox.run("run", "demo", "--", "python", "-c", "import sys; print(sys.version[:4])")
    spec = sandbox.run("export", "demo")
    lines = [line[2:] for line in spec.splitlines() if line.startswith("- ")]
    assert set(lines[2:]) == {f"python={minor.strip()}", "ipykernel", "demo-lib=1.0"}
    lock = parse_lock(sandbox.run("export", "demo", "--format", "lock").encode(), file="lock")
    records = {
        (r["name"], r["sha256"], r["md5"])
        for path in theirs.glob("conda-meta/*.json")
        for r in [json.loads(path.read_text())]
    }
    assert {(p.name, p.sha256, p.md5) for p in lock.packages} == records
    assert kernels.once(KERNEL, VERSION) == "1.0"
    assert sandbox.registered() == [str(theirs)]
    assert ledger(sandbox).lock(adopted["lock_digest"]) is not None

    files = manifest(theirs)
    assert sandbox.json("update", "demo")["changed"] is False
    assert not theirs.is_symlink()
    updated = sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=1.1"))

    assert (updated["generation"], theirs.is_symlink()) == (1, True)
    assert kernels.once(KERNEL, VERSION) == "1.1"
    assert (folder(sandbox) / "0").stat().st_ino == inode
    assert manifest(folder(sandbox) / "0") == files

    assert sandbox.json("rollback", "demo")["generation"] == 0

    assert manifest(folder(sandbox) / "0") == files
    assert theirs.resolve().stat().st_ino == inode
    assert kernels.once(KERNEL, VERSION) == "1.0"
    assert sandbox.json("show", "demo")["drift"]["state"] == "clean"
    assert sandbox.json("rollback", "demo", "--to", "1")["generation"] == 1
    assert actions(sandbox) == [
        "environment_adopted",
        "environment_updated",
        "environment_rolled_back",
        "environment_rolled_back",
    ]
    assert ledger(sandbox).verify() == []


def test_the_directory_is_never_collected(sandbox: Sandbox, theirs: Path) -> None:
    sandbox.json("adopt", "demo")
    inode = theirs.stat().st_ino
    sandbox.json("update", "demo", sandbox.spec("text-prefix"))
    info = folder(sandbox) / "0/conda-meta/jupyter-envs/generation.json"
    os.utime(info, (1, 1))

    plan = sandbox.json("clean", "--generations", "--dry-run")
    sandbox.json("clean", "--generations")
    sandbox.json("update", "demo", sandbox.spec("text-prefix", "bulk"))

    assert [one for one in plan["items"] if one["kind"] == "generation"] == []
    assert refused(sandbox, "archive", "demo", "--force")["code"] == "adopted_kept"
    assert (folder(sandbox) / "0").stat().st_ino == inode


@pytest.mark.parametrize("updated", [False, True])
def test_a_removal_takes_it_too(sandbox: Sandbox, theirs: Path, updated: bool) -> None:
    sandbox.json("adopt", "demo")
    if updated:
        sandbox.json("update", "demo", sandbox.spec("text-prefix"))

    sandbox.json("remove", "demo")

    assert not os.path.lexists(theirs)
    assert left_nothing(sandbox)
    assert sandbox.registered() == []
    assert actions(sandbox)[-1] == "environment_removed"
    until(lambda: not list((sandbox.envs / ".jupyter-envs" / ".trash").iterdir()))


def test_another_tool_takes_it_away(sandbox: Sandbox, theirs: Path) -> None:
    sandbox.json("adopt", "demo")
    shutil.rmtree(theirs)

    assert sandbox.json("list")["environments"] == []

    assert left_nothing(sandbox)
    assert sandbox.registered() == []
    assert actions(sandbox) == ["environment_adopted", "environment_removed"]


@pytest.mark.parametrize("step", ["retract", "record", "withdraw"])
def test_a_removal_that_was_killed_is_finished(sandbox: Sandbox, theirs: Path, step: str) -> None:
    sandbox.json("adopt", "demo")

    killed(sandbox, "remove", "removing", step, "after")

    assert sandbox.json("list")["environments"] == []
    assert sandbox.json("operations")["operations"][0]["state"] == "succeeded"
    assert left_nothing(sandbox)
    assert sandbox.registered() == []
    assert actions(sandbox) == ["environment_adopted", "environment_removed"]


# -- what cannot be locked -----------------------------------------------------------------------


def test_what_has_no_hash_is_kept_out_of_the_lock_and_is_no_drift(
    sandbox: Sandbox, channel: LocalChannel, tmp_path: Path
) -> None:
    theirs = make_theirs(sandbox, channel.url, *SPECS, "pip")
    write_wheel(tmp_path, "gadget", "gadget.py")
    sandbox.environ.update(from_folder(tmp_path))
    python = theirs / "bin" / "python"
    install: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "gadget"]
    pip = subprocess.run(install, env=sandbox.environ, capture_output=True, text=True, check=False)
    assert pip.returncode == 0, pip.stderr
    record = next(theirs.glob("conda-meta/demo-lib-*.json"))
    body = json.loads(record.read_text())
    del body["sha256"]
    record.write_text(json.dumps(body))

    adopted = sandbox.json("adopt", "demo")

    assert {one["name"] for one in adopted["unlocked"]} == {"demo-lib", "gadget"}
    shown = sandbox.json("show", "demo")
    assert shown["drift"]["state"] == "clean"
    noted = {n["params"]["name"] for n in shown["notes"] if n["code"] == "not_locked"}
    assert noted == {"demo-lib", "gadget"}
    assert "- gadget==1.0" in sandbox.run("export", "demo")
    lock = (theirs / "conda-meta/jupyter-envs/conda-lock.yml").read_bytes()
    assert lock.startswith(b"# Not locked: demo-lib 1.0 (its record has no sha256)\n# Not")
    names = {p.name for p in parse_lock(lock, file="lock").packages}
    assert "python" in names
    assert not names & {"demo-lib", "gadget"}
    for call in (
        ("clone", "demo", "other"),
        ("repair", "demo"),
        ("export", "demo", "--format", "lock"),
    ):
        error = refused(sandbox, *call)
        assert (error["code"], error["params"]["count"]) == ("not_all_locked", 2)
    subprocess.run([python, "-m", "pip", "uninstall", "-qy", "gadget"], check=True)
    with pytest.raises(Failed) as caught:
        sandbox.run("drift", "demo", "--json")
    verdicts = json.loads(caught.value.stdout)["verdicts"]
    assert [(one["code"], one["package"]) for one in verdicts] == [("removed", "gadget")]

    updated = sandbox.json("update", "demo")  # the file brings both, and then they are locked
    assert updated["generation"] == 1
    lock = (theirs / "conda-meta/jupyter-envs/conda-lock.yml").read_bytes()
    assert {"demo-lib", "gadget"} <= {p.name for p in parse_lock(lock, file="lock").packages}
    assert sandbox.json("clone", "demo", "other")["changed"] is True


def test_what_was_changed_before_is_kept(sandbox: Sandbox, theirs: Path) -> None:
    module = next(theirs.glob("lib/python3*/site-packages/demo_lib.py"))
    text = module.read_text()
    module.unlink()
    module.write_text(f"{text}# mine\n")

    said = sandbox.run("adopt", "demo", "--yes")

    assert "demo_lib.py" in said.partition("Kept as it was")[2]
    assert f"demo is adopted, where it is: {theirs}" in said
    assert sandbox.json("show", "demo")["drift"]["state"] == "kept"
    (verdict,) = sandbox.json("drift", "demo", "--level", "content")["verdicts"]
    assert (verdict["code"], verdict["kept"]) == ("file_edited", True)
    assert module.read_text().endswith("# mine\n")


# -- what cannot be adopted ----------------------------------------------------------------------


def test_without_a_kernel(sandbox: Sandbox, channel: LocalChannel) -> None:
    prefix = make_theirs(sandbox, channel.url, "text-prefix")
    before = tree(prefix)

    error = refused(sandbox, "adopt", "demo")

    assert error["code"] == "adoption_impossible"
    assert "no kernel" in error["message"]
    assert "ipykernel" in error["hint"]
    assert sandbox.json("adopt", "demo", "--dry-run")["possible"] is False
    assert tree(prefix) == before
    assert left_nothing(sandbox)
    assert sandbox.json("show", "demo")["managed"] is False


def test_with_a_kernel_that_does_not_start(sandbox: Sandbox, theirs: Path) -> None:
    spec = theirs / "share/jupyter/kernels/python3/kernel.json"
    body = json.loads(spec.read_text())
    spec.unlink()
    spec.write_text(json.dumps({**body, "argv": ["python", "-c", "raise SystemExit('broken')"]}))
    before = tree(theirs)

    error = refused(sandbox, "adopt", "demo")

    assert error["code"] == "kernel_failed"
    assert "broken" in error["message"]
    assert tree(theirs) == before
    assert not (theirs / "conda-meta" / "jupyter-envs").exists()
    assert left_nothing(sandbox)
    assert actions(sandbox) == []


def test_from_a_channel_that_the_policy_denies(sandbox: Sandbox, theirs: Path) -> None:
    policy = sandbox.write("policy.yml", "channels: ['https://allowed.example/*']\n")
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(policy)

    assert refused(sandbox, "adopt", "demo")["code"] == "policy_denied"

    assert left_nothing(sandbox)


def test_what_lies_elsewhere(sandbox: Sandbox, theirs: Path) -> None:
    elsewhere = sandbox.folder / "elsewhere"
    theirs.rename(elsewhere)
    register = sandbox.home / ".conda" / "environments.txt"
    register.parent.mkdir()
    register.write_text(f"{elsewhere}\n")

    error = refused(sandbox, "adopt", "elsewhere")
    assert error["code"] == "adoption_impossible"
    assert str(elsewhere) in error["message"]
    theirs.symlink_to(elsewhere)
    error = refused(sandbox, "adopt", "demo")
    assert (error["code"], "only a link" in error["message"]) == ("adoption_impossible", True)
    assert refused(sandbox, "adopt", "nowhere")["code"] == "environment_not_found"


# -- what runs from it ---------------------------------------------------------------------------


def test_it_is_not_moved_below_what_runs_from_it(
    sandbox: Sandbox, theirs: Path, kernels: KernelSession
) -> None:
    """Whoever started it: a kernel of ours, or the program by its path."""
    sandbox.json("adopt", "demo")
    process = subprocess.Popen([theirs / "bin" / "python", "-c", "import time; time.sleep(600)"])
    try:
        error = refused(sandbox, "update", "demo", sandbox.spec("text-prefix"))
        assert (error["code"], error["params"]["count"]) == ("kernels_running", 1)
        assert "follow its name" in error["hint"]
        assert refused(sandbox, "remove", "demo")["code"] == "kernels_running"
    finally:
        process.kill()
        process.wait()
    assert not theirs.is_symlink()
    sandbox.json("update", "demo", sandbox.spec("text-prefix"))
    sandbox.json("rollback", "demo")

    handle = kernels.start(KERNEL)
    assert refused(sandbox, "rollback", "demo", "--to", "1")["code"] == "kernels_running"
    kernels.stop(handle)

    assert sandbox.json("rollback", "demo", "--to", "1")["generation"] == 1


def test_two_at_once_are_one_and_a_refusal(sandbox: Sandbox, theirs: Path) -> None:
    both = [sandbox.start("adopt", "demo", "--json") for _ in range(2)]
    ends = [(p.communicate(timeout=120)[0], p.returncode) for p in both]

    assert sorted(code for _, code in ends) == [0, 1]
    failed = next(json.loads(said.splitlines()[-1]) for said, code in ends if code)
    assert failed["code"] in ("environment_busy", "nothing_to_adopt", "adoption_impossible")
    assert sandbox.json("show", "demo")["generation"] == 0
    assert actions(sandbox) == ["environment_adopted"]


# -- a kill in the middle ------------------------------------------------------------------------

#: Carries a job out and kills itself before or after one of its steps.
CUT = """
import os, signal, sys
from jupyter_envs.engine import read_configuration
from jupyter_envs.operations import Job, SpecSource, Update, Adopt, default_settings
from jupyter_envs.operations import Remove, adopt_unmanaged, publish, removing, verbs
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.job import run_job
from jupyter_envs.store import adopted

verb, place, step, when, count = sys.argv[1:]
modules = (adopt_unmanaged, adopted, publish, removing, verbs)
place = next(one for one in modules if one.__name__.endswith("." + place))
good, calls = getattr(place, step), 0

def cut(*arguments, **more):
    global calls
    calls += 1
    if when == "after" or calls < int(count):
        found = good(*arguments, **more)
    if calls < int(count):
        return found
    os.kill(os.getpid(), signal.SIGKILL)

setattr(place, step, cut)
spec = b"name: demo\\ndependencies: [text-prefix]\\n"
source = SpecSource(data=spec)
requests = {"adopt": Adopt(name="demo"), "remove": Remove(name="demo"),
    "update": Update(name="demo", source=source)}
settings = default_settings(read_configuration())
run_job(Job(id=new_id(), request=requests[verb], settings=settings, actor="ada"))
"""


def killed(sandbox: Sandbox, verb: str, place: str, step: str, when: str, count: int = 1) -> None:
    command = [sys.executable, "-c", CUT, verb, place, step, when, str(count)]
    done = subprocess.run(command, env=sandbox.environ, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("step", "when"),
    [("begin_adoption", "after"), ("_fill", "after"), ("commit_adoption", "before")],
)
def test_killed_before_it_was_adopted(sandbox: Sandbox, theirs: Path, step: str, when: str) -> None:
    before = tree(theirs)
    register = sandbox.home / ".conda" / "environments.txt"
    register.parent.mkdir()
    register.write_text(f"{theirs}\n")

    killed(sandbox, "adopt", "adopt_unmanaged", step, when)

    assert sandbox.json("show", "demo")["managed"] is False
    assert sandbox.registered() == [str(theirs)]
    assert tree(theirs) == before
    assert left_nothing(sandbox)
    assert sandbox.json("operations")["operations"][0]["state"] == "interrupted"
    assert sandbox.json("adopt", "demo")["generation"] == 0


@pytest.mark.parametrize(("step", "when"), [("commit_adoption", "after"), ("record", "after")])
def test_killed_after_it_was_adopted(sandbox: Sandbox, theirs: Path, step: str, when: str) -> None:
    before = tree(theirs)

    killed(sandbox, "adopt", "adopt_unmanaged", step, when)

    shown = sandbox.json("show", "demo")
    assert (shown["managed"], shown["generation"]) == (True, 0)
    assert sandbox.json("operations")["operations"][0]["state"] == "succeeded"
    assert sandbox.kernel_names() == [KERNEL]
    assert tree(theirs) == before


#: (place, step, when, which call, the generation that is current afterwards)
EXCHANGE = [
    ("publish", "make_current", "before", 1, 0),
    ("adopted", "exchange", "before", 1, 0),
    ("adopted", "exchange", "after", 1, 1),
    ("adopted", "exchange", "before", 2, 1),
    ("adopted", "exchange", "after", 2, 1),
    ("publish", "make_current", "after", 1, 1),
]


@pytest.mark.parametrize(("place", "step", "when", "count", "current"), EXCHANGE)
def test_killed_in_the_exchange(
    sandbox: Sandbox,
    theirs: Path,
    jupyter: Path,
    place: str,
    step: str,
    when: str,
    count: int,
    current: int,
) -> None:
    sandbox.json("adopt", "demo")
    files, inode = manifest(theirs), theirs.stat().st_ino

    killed(sandbox, "update", place, step, when, count)
    now = current_generation(Store(sandbox.envs), "demo")

    assert now == current  # at once, whoever looks
    assert sandbox.json("show", "demo")["generation"] == current
    state = "succeeded" if current else "interrupted"
    assert sandbox.json("operations")["operations"][0]["state"] == state
    assert (folder(sandbox) / "0").stat().st_ino == inode
    assert manifest(folder(sandbox) / "0/") == files
    assert theirs.is_symlink() is bool(current)
    left = {path.name for path in folder(sandbox).iterdir() if not path.name.isdigit()}
    assert left <= {"lock", "leases", "next", "drift"}
    if current:
        sandbox.json("rollback", "demo")
    with KernelSession(jupyter, sandbox.environ) as kernels:
        assert kernels.once(KERNEL, VERSION) == "1.0"
