"""What a person sees and does about an environment that was changed by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.failing_world import write_wheel
from tests.server import until
from tests.support.channel import LocalChannel
from tests.support.kernel_session import KernelSession
from tests.support.pip_index import from_folder, pip_from_wheels
from tests.support.sandbox import Failed, Sandbox
from tests.support.serve import Manners, serve


def report(sandbox: Sandbox, *arguments: object) -> dict[str, Any]:
    """What ``drift`` says, whichever way it ends."""
    done = subprocess.run(
        sandbox.command("drift", *arguments, "--json"),
        env=sandbox.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    reports = found.get("environments", [found])
    changed = any(one["state"] in ("drifted", "unknown") for one in reports)
    assert done.returncode == int(changed), done.stderr
    return found


def said(sandbox: Sandbox, *arguments: object) -> str:
    """Everything that a person reads, on one line."""
    done = subprocess.run(
        sandbox.command(*arguments), env=sandbox.environ, capture_output=True, text=True, check=True
    )
    return " ".join((done.stdout + done.stderr).split())


def codes(sandbox: Sandbox, *arguments: object) -> list[str]:
    return [one["code"] for one in report(sandbox, *arguments)["verdicts"]]


def ledger(sandbox: Sandbox) -> list[dict[str, Any]]:
    lines = [
        json.loads(line)
        for path in sandbox.home.glob(".local/share/jupyter_envs/ledger/*/*.jsonl")
        for line in path.read_text().splitlines()
    ]
    return sorted(lines, key=lambda line: str(line["time"]))


def module(prefix: Path, name: str) -> Path:
    return next(prefix.glob(f"lib/python3*/site-packages/{name}.py"))


def write_in_place(path: Path, text: str) -> None:
    """As who insists: through the link, into the cache."""
    path.chmod(0o644)
    with path.open("w") as file:
        file.write(text)


def pretend_pip(prefix: Path, name: str, version: str, direct: object = None) -> None:
    """What pip leaves behind that matters here."""
    site = next(prefix.glob("lib/python3*/site-packages"))
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
    (info / "REQUESTED").touch()
    (info / "INSTALLER").write_text("pip\n")
    if direct is not None:
        (info / "direct_url.json").write_text(json.dumps(direct))
    files = "".join(f"{info.name}/{path.name},,\n" for path in info.iterdir())
    (info / "RECORD").write_text(f"{files}{info.name}/RECORD,,\n")


def test_edited_files_are_found_told_and_undone(sandbox: Sandbox) -> None:
    made = sandbox.create("python", "demo-lib=1.0", "text-prefix")
    other = sandbox.create("text-prefix", name="other")
    prefix = Path(made["prefix"])
    assert report(sandbox)["environments"][0]["state"] == "clean"
    assert "clean" in sandbox.run("drift", "--level", "content")

    edited = module(prefix, "demo_lib")
    before = edited.read_text()
    write_in_place(edited, before.replace("1.0", "1.9"))
    (prefix / "etc" / "text-prefix.conf").unlink()
    (edited.parent / "note.txt").write_text("mine")

    # Only a look at every byte finds it; what it found is not forgotten by the quick look.
    assert codes(sandbox, "demo") == []
    found = report(sandbox, "demo", "--level", "content")
    assert [(v["code"], v["package"], v["count"]) for v in found["verdicts"]] == [
        ("file_missing", "text-prefix", 1),
        ("file_edited", "demo-lib", 1),
        ("unowned_files", "", 1),
    ]
    assert [v["files"] for v in found["verdicts"]] == [
        ["etc/text-prefix.conf"],
        [str(edited.relative_to(prefix))],
        [str((edited.parent / "note.txt").relative_to(prefix))],
    ]
    assert codes(sandbox, "demo") == ["file_missing", "file_edited", "unowned_files"]
    both = report(sandbox)["environments"]
    assert [(one["name"], one["state"]) for one in both] == [
        ("demo", "drifted"),
        ("other", "clean"),
    ]
    listed = {one["name"]: one["drift"] for one in sandbox.json("list")["environments"]}
    assert (listed["demo"]["state"], listed["demo"]["worst"]) == ("drifted", "file_missing")

    # No line of a file could say it.
    with pytest.raises(Failed) as failed:
        sandbox.run("adopt", "demo", "--json")
    assert failed.value.error["code"] == "nothing_to_adopt"
    assert "cannot be written" in sandbox.run("adopt", "demo", "--dry-run")

    # Anew from the lock: also the file that the cache has, which was edited through its link.
    assert "3 file(s) as they were" in sandbox.run("repair", "demo", "--dry-run")
    restored = sandbox.json("repair", "demo")
    assert (restored["generation"], restored["lock_digest"]) == (2, made["lock_digest"])
    assert module(Path(restored["prefix"]), "demo_lib").read_text() == before
    assert codes(sandbox, "demo", "--level", "content") == []
    seen = [line for line in ledger(sandbox) if line["action"] == "drift_seen"]
    assert [len(line["verdicts"]) for line in seen] == [3]
    assert sandbox.json("show", "other")["generation"] == other["generation"]


def test_putting_a_file_right_is_noticed_without_another_look_at_every_byte(
    sandbox: Sandbox,
) -> None:
    edited = module(Path(sandbox.create("python", "demo-lib=1.0")["prefix"]), "demo_lib")
    before = edited.read_text()
    edited.unlink()
    edited.write_text("edited")
    assert codes(sandbox, "demo", "--level", "content") == ["file_edited"]

    edited.write_text(before)

    assert report(sandbox, "demo")["state"] == "clean"


def test_an_edited_pip_package_comes_back_as_it_was(sandbox: Sandbox) -> None:
    """Though uv's cache has the edit too, where it is linked from there."""
    wheels = sandbox.folder / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "gadget", "gadget.py")
    sandbox.environ.update(from_folder(wheels))
    made = sandbox.create("python", "pip", pip=["gadget"])
    edited = module(Path(made["prefix"]), "gadget")
    before, facts = edited.read_text(), edited.stat()
    assert facts.st_nlink == 1 or not facts.st_mode & 0o222
    write_in_place(edited, "edited")
    assert codes(sandbox, "demo", "--level", "content") == ["file_edited"]

    restored = sandbox.json("repair", "demo")

    assert module(Path(restored["prefix"]), "gadget").read_text() == before
    assert codes(sandbox, "demo", "--level", "content") == []


def test_what_we_python_and_conda_write_by_themselves_is_no_drift(
    sandbox: Sandbox, jupyter: Path
) -> None:
    """Private copies for root, bytecode, a kernel that has run, conda's look at its history."""
    sandbox.environ["JUPYTER_ENVS_TEND"] = "1"
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(sandbox.folder / "cache")
    prefix = Path(sandbox.create("python", "rich", "text-prefix", "binary-prefix")["prefix"])
    sandbox.wait_for_workers()

    with KernelSession(jupyter, sandbox.environ) as kernels:
        kernels.once("conda-env-demo-py", "import rich.table, email.mime.text")
    with (prefix / "conda-meta" / "history").open("a") as history:
        history.write("==> 2026-11-26 12:00:00 <==\n")

    assert codes(sandbox, "demo", "--level", "content") == []
    assert codes(sandbox, "demo") == []
    assert "Changed" not in sandbox.run("show", "demo")


def test_who_looks_does_not_matter_the_ledger_is_told_once(sandbox: Sandbox) -> None:
    prefix = Path(sandbox.create("python")["prefix"])
    pretend_pip(prefix, "attrs", "1.0")

    def look() -> None:
        for _ in range(2):
            assert codes(sandbox, "demo") == ["pip_added"]
            sandbox.json("list")

    look()
    assert [line["action"] for line in ledger(sandbox)] == ["environment_created", "drift_seen"]
    told = ledger(sandbox)[1]
    assert told["verdicts"] == [
        {
            "code": "pip_added",
            "package": "attrs",
            "manager": "pip",
            "after": "1.0",
            "requested": True,
            "distribution": "attrs",
        }
    ]
    assert (told["environment"], told["generation"]) == ("demo", 1)

    pretend_pip(prefix, "six", "1.0")
    assert sorted(codes(sandbox, "demo")) == ["pip_added", "pip_added"]
    assert "Changed:   2 difference(s)" in sandbox.run("show", "demo")
    assert [line["action"] for line in ledger(sandbox)][2:] == ["drift_seen"]


# -- adopt -------------------------------------------------------------------------------------


@pytest.fixture
def pip_user(sandbox: Sandbox) -> Sandbox:
    """A person whose pip finds wheels, and who has used it."""
    wheels = sandbox.folder / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "gadget", "gadget.py", version="2.0")
    sandbox.environ.update(from_folder(wheels))
    file = sandbox.write("environment.yml", "name: demo\ndependencies: # ours\n- python\n")
    prefix = Path(sandbox.json("create", file)["prefix"])
    pretend_pip(prefix, "gadget", "2.0")
    direct = {"url": "file:///src/mine", "dir_info": {"editable": True}}
    pretend_pip(prefix, "mine", "0.1", direct)
    return sandbox


ADOPTED = "name: demo\ndependencies: # ours\n- python\n- pip\n- pip:\n  - gadget==2.0\n"


def test_what_cannot_be_adopted_is_said_and_the_rest_is(pip_user: Sandbox) -> None:
    file = pip_user.folder / "environment.yml"
    before = file.read_text()

    shown = pip_user.run("adopt", "demo", "--dry-run")
    assert "gadget==2.0" in shown
    assert "mine 0.1 is an editable install from /src/mine" in shown
    assert file.read_text() == before
    assert pip_user.json("show", "demo")["generation"] == 1

    done = pip_user.json("adopt", "demo", "--yes")

    assert done["written"] == [str(file)]
    assert file.read_text().split() == ADOPTED.split()
    assert file.read_text().startswith(before)
    assert report(pip_user, "demo")["state"] == "clean"
    assert pip_user.json("show", "demo")["behind"] is False
    adopted = ledger(pip_user)[-1]
    assert (adopted["action"], adopted["written"]) == ("drift_adopted", [str(file)])
    assert [one["code"] for one in adopted["left"]] == ["editable"]


def test_an_update_says_what_it_leaves_behind(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0")
    made = sandbox.json("create", spec)
    pretend_pip(Path(made["prefix"]), "gadget", "2.0")
    sandbox.spec("python", "demo-lib=2.0")

    told = said(sandbox, "update", "demo", spec)

    assert "changed by hand, and not in the next generation: gadget" in told
    assert "jupyter envs adopt demo" in told
    assert report(sandbox, "demo")["state"] == "clean"

    # What a person has decided to live with is no news to them.
    pretend_pip(Path(sandbox.json("show", "demo")["prefix"]), "gadget", "2.0")
    sandbox.run("keep", "demo")
    sandbox.spec("python", "demo-lib=1.0")
    assert "by hand" not in said(sandbox, "update", "demo", spec)


def test_an_environment_of_another_tool_has_no_lock_to_drift_from(sandbox: Sandbox) -> None:
    theirs = sandbox.envs / "theirs"
    (theirs / "conda-meta").mkdir(parents=True)
    (theirs / "conda-meta" / "history").touch()

    assert report(sandbox) == {"environments": []}
    assert sandbox.json("list")["environments"][0]["drift"] is None
    for verb in ("drift", "repair", "keep"):
        with pytest.raises(Failed) as failed:
            sandbox.run(verb, "theirs", "--json")
        assert failed.value.error["code"] == "environment_unmanaged"


@pytest.mark.parametrize("how", ["--no-write", "without a yes", "changed since"])
def test_the_persons_file_is_left_alone(pip_user: Sandbox, how: str) -> None:
    file = pip_user.folder / "environment.yml"
    if how == "changed since":
        file.write_text(file.read_text() + "# a thought\n")
    before = file.read_bytes()
    options = {"--no-write": ["--no-write", "--yes"], "without a yes": [], "changed since": ["-y"]}

    done = pip_user.json("adopt", "demo", *options[how])

    assert done["written"] == []
    assert file.read_bytes() == before
    exported = pip_user.run("export", "demo")
    assert exported.split() == ADOPTED.split()
    assert pip_user.json("show", "demo")["behind"] is True
    assert report(pip_user, "demo")["state"] == "clean"


def test_an_environment_made_from_a_lock_can_be_adopted_from(pip_user: Sandbox) -> None:
    lock = pip_user.write("demo.conda-lock.yml", pip_user.run("export", "demo", "--format", "lock"))
    prefix = Path(pip_user.json("create", lock, "--name", "locked")["prefix"])
    pretend_pip(prefix, "gadget", "2.0")
    before = lock.read_bytes()

    done = pip_user.json("adopt", "locked", "--yes")

    assert (done["written"], lock.read_bytes()) == ([], before)
    assert "gadget==2.0" in pip_user.run("export", "locked")


def test_a_package_that_others_need_is_asked_of_conda(
    sandbox: Sandbox, channel: LocalChannel
) -> None:
    """pip may not replace a conda package here, so a line below ``pip:`` could not be built."""
    sandbox.environ.update(pip_from_wheels())
    python = f"python={channel.python_minors[0]}"
    file = sandbox.spec(python, "needs-new-lib", "demo-lib=2.0")
    prefix = Path(sandbox.json("create", file)["prefix"])
    old = next(prefix.glob("lib/python3*/site-packages/demo_lib-2.0.dist-info"))
    for path in old.iterdir():
        path.unlink()
    old.rmdir()
    pretend_pip(prefix, "demo_lib", "3.0")

    shown = report(sandbox, "demo")

    assert [one["code"] for one in shown["verdicts"]] == ["pip_replaced_conda"]
    assert yaml.safe_load(shown["adopt"]["text"])["dependencies"] == [
        python,
        "needs-new-lib",
        "demo-lib=3.0",
    ]


# -- in the middle -----------------------------------------------------------------------------


def test_killed_in_the_middle_everything_is_as_before(
    pip_user: Sandbox, channel: LocalChannel
) -> None:
    file = pip_user.folder / "environment.yml"
    with serve(channel.path) as served:
        pip_user.configure(channels=[served.url], envs_dirs=[str(pip_user.envs)])
        served.manners = Manners(delay=60)
        before = file.read_bytes()
        pip_user.start("adopt", "demo", "--yes")
        (worker,) = until(pip_user.workers)
        until(lambda: _phase(pip_user) == "metadata")

        # While it is at work: what is there is judged by its own lock.
        assert codes(pip_user, "demo") == ["editable", "pip_added"]
        os.killpg(worker, signal.SIGKILL)

    assert file.read_bytes() == before
    found = pip_user.json("show", "demo")
    assert (found["generation"], found["drift"]["state"]) == (1, "drifted")
    assert "drift_adopted" not in [line["action"] for line in ledger(pip_user)]
    states = [one["state"] for one in pip_user.json("operations")["operations"]]
    assert states[0] == "interrupted"


def _phase(sandbox: Sandbox) -> str:
    last = sorted(sandbox.envs.glob(".jupyter-envs/operations/*.jsonl"))[-1]
    lines = last.read_text().splitlines()
    phase: str = json.loads(lines[-1])["phase"]
    return phase


def test_a_store_that_cannot_be_written_can_be_looked_at(sandbox: Sandbox) -> None:
    prefix = Path(sandbox.create("python")["prefix"])
    pretend_pip(prefix, "attrs", "1.0")
    folder = sandbox.envs / ".jupyter-envs" / "demo" / "drift"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("somebody's file")

    assert codes(sandbox, "demo") == ["pip_added"]
    with pytest.raises(Failed) as failed:
        sandbox.json("keep", "demo")
    assert failed.value.error["code"] == "store_read_only"


def test_a_lock_that_cannot_be_read_is_no_clean_bill(sandbox: Sandbox) -> None:
    prefix = Path(sandbox.create("text-prefix")["prefix"])
    (prefix / "conda-meta" / "jupyter-envs" / "conda-lock.yml").write_text("nonsense")
    for path in (sandbox.envs / ".jupyter-envs" / "demo" / "drift").iterdir():
        path.unlink()

    assert report(sandbox, "demo")["state"] == "unknown"
    assert sandbox.json("list")["environments"][0]["drift"]["state"] == "unknown"
    with pytest.raises(Failed) as failed:
        sandbox.json("keep", "demo")
    assert failed.value.error["code"] == "drift_unknown"


# -- prevention --------------------------------------------------------------------------------


def pip_install(sandbox: Sandbox, *what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        sandbox.command("run", "demo", "--", "python", "-m", "pip", "install", *what),
        env=sandbox.environ,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("how", ["variable", "policy"])
def test_pip_says_by_itself_what_to_do_instead(sandbox: Sandbox, how: str) -> None:
    wheels = sandbox.folder / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "gadget", "gadget.py", version="2.0")
    sandbox.environ.update(from_folder(wheels))
    if how == "variable":
        sandbox.environ["JUPYTER_ENVS_FREEZE"] = "1"
    else:
        policy = sandbox.write("policy.yml", "freeze: true\n")
        sandbox.environ["JUPYTER_ENVS_POLICY"] = str(policy)
    made = sandbox.create("python", "pip", pip=["gadget"])

    refused = pip_install(sandbox, "gadget")

    assert refused.returncode != 0
    assert "jupyter envs update demo" in refused.stderr
    frozen = json.loads((Path(made["prefix"]) / "conda-meta" / "frozen").read_text())
    assert "jupyter envs update demo" in frozen["message"]
    assert codes(sandbox, "demo", "--level", "content") == []
    # Our own step comes before the sign.
    again = sandbox.json(
        "update", "demo", sandbox.spec("python", "pip", "demo-lib", pip=["gadget"])
    )
    assert again["generation"] == 2
    assert sandbox.json("clone", "demo", "twin")["lock_digest"] == again["lock_digest"]
    assert sandbox.json("repair", "demo")["generation"] == 3


def test_by_default_nothing_is_in_the_way(sandbox: Sandbox) -> None:
    wheels = sandbox.folder / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "gadget", "gadget.py", version="2.0")
    sandbox.environ.update(from_folder(wheels))
    prefix = Path(sandbox.create("python", "pip")["prefix"])

    assert pip_install(sandbox, "gadget").returncode == 0
    assert not (prefix / "conda-meta" / "frozen").exists()
    assert codes(sandbox, "demo") == ["pip_added"]
