"""``lock`` and ``--locked``: the lock beside an environment.yml, and what is made from it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from jupyter_envs.lock import lock_digest, parse_lock
from tests.cli.refusals import call, refuse
from tests.support.channel import LocalChannel
from tests.support.sandbox import Failed, Sandbox
from tests.support.serve import serve


def lock_beside(spec: Path) -> Path:
    return spec.with_name("conda-lock.yml")


def block(text: str, name: str) -> str:
    """The entry of one package in a lock of one platform."""
    return next(part for part in text.split("- name: ") if part.startswith(f"{name}\n"))


# -- lock ---------------------------------------------------------------------------------------


def test_a_lock_is_written_beside_the_file_and_made_from_it(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0", pip=["tabulate"])
    told = sandbox.json("lock", spec)

    data = lock_beside(spec).read_bytes()
    lock = parse_lock(data, file="conda-lock.yml")
    (here,) = told["platforms"]
    assert told["changed"] is True
    assert here["lock_digest"] == lock_digest(lock, here["platform"])
    assert {p.manager for p in lock.packages} == {"conda", "pip"}
    assert set(lock.inputs) == {"demo.yml"}
    # What create solves for is what lock solves for.
    assert sandbox.json("create", spec, "--name", "solved")["lock_digest"] == here["lock_digest"]
    locked = sandbox.json("create", spec, "--locked")
    assert locked["lock_digest"] == here["lock_digest"]

    assert sandbox.json("lock", spec)["changed"] is False
    assert lock_beside(spec).read_bytes() == data
    assert "is up to date" in sandbox.run("lock", spec)
    assert "is the lock of" in sandbox.run("lock", spec, "--check")


def test_versions_stay_until_they_may_move(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0", "tqdm")
    sandbox.run("lock", spec)
    before = lock_beside(spec).read_text()

    spec = sandbox.spec("python", "demo-lib", "tqdm")
    told = sandbox.json("lock", spec)
    assert told["platforms"][0]["changes"] == {"added": [], "removed": [], "changed": []}
    assert block(lock_beside(spec).read_text(), "demo-lib") == block(before, "demo-lib")

    told = sandbox.json("lock", spec, "--upgrade")
    assert told["platforms"][0]["changes"]["changed"] == ["demo-lib 1.0 -> 2.0"]
    after = lock_beside(spec).read_text()
    changed = [
        name
        for name in (line[8:] for line in after.splitlines() if line.startswith("- name: "))
        if block(after, name) != block(before, name)
    ]
    assert changed == ["demo-lib"]


def test_the_lock_of_another_file_is_left_as_it_is(sandbox: Sandbox) -> None:
    sandbox.run("lock", sandbox.spec("demo-lib=1.0", name="first"))
    second = sandbox.spec("demo-lib=2.0", name="second")
    data = lock_beside(second).read_bytes()

    refusal = refuse(sandbox, "lock", second)
    assert "is the lock of first.yml" in refusal.message
    assert "--output" in (refusal.hint or "")
    assert lock_beside(second).read_bytes() == data

    own = second.with_name("second.conda-lock.yml")
    sandbox.run("lock", second, "--output", own)
    # From then on it is found by itself.
    assert json.loads(sandbox.run("lock", second, "--check", "--json"))["lock"] == str(own)


def test_what_is_no_lock_is_not_written_over(sandbox: Sandbox) -> None:
    spec = sandbox.spec("demo-lib=1.0")
    lock_beside(spec).write_text("version: 1\npackage: none\n")
    refusal = refuse(sandbox, "lock", spec, "--upgrade")
    assert refusal.code == "lock_invalid"
    assert "--output" in (refusal.hint or "")
    assert lock_beside(spec).read_text() == "version: 1\npackage: none\n"


def test_a_lock_that_is_not_there_is_said_with_the_next_step(sandbox: Sandbox) -> None:
    spec = sandbox.spec("demo-lib")
    for arguments in (("create", spec, "--locked"), ("lock", spec, "--check")):
        refusal = refuse(sandbox, *arguments)
        assert refusal.code == "source_not_found"
        assert "conda-lock.yml" in refusal.message
        assert f"jupyter envs lock {spec}" in (refusal.hint or "")


def test_a_pipe_in_the_place_of_a_lock_is_not_waited_for(sandbox: Sandbox) -> None:
    spec = sandbox.spec("demo-lib")
    os.mkfifo(lock_beside(spec))
    for arguments in (("create", spec, "--locked"), ("lock", spec, "--check"), ("lock", spec)):
        assert "it is no file" in refuse(sandbox, *arguments).message


def test_a_platform_that_has_no_answer_is_named_and_nothing_is_written(sandbox: Sandbox) -> None:
    spec = sandbox.spec("binary-prefix")
    refusal = refuse(sandbox, "lock", spec, "--platform", "linux-64", "--platform", "osx-arm64")
    assert refusal.code == "package_not_found"
    assert "This is about osx-arm64." in (refusal.hint or "")
    assert not lock_beside(spec).exists()


def test_locked_and_upgrade_exclude_each_other(sandbox: Sandbox) -> None:
    done = call(sandbox, "update", "demo", "--locked", "--upgrade")
    assert done.returncode == 2
    assert "--locked" in done.stderr


# -- create and update from it ------------------------------------------------------------------


def test_a_file_that_changed_since_is_refused_line_by_line(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0", "tqdm", pip=["tabulate"])
    sandbox.run("lock", spec)
    sandbox.spec("python", "demo-lib=2.0", "text-prefix", pip=["tabulate"])

    refusal = refuse(sandbox, "create", spec, "--locked")
    assert refusal.code == "lock_mismatch"
    assert set(refusal.details["lines"]) == {
        "~ demo-lib=1.0 -> demo-lib=2.0",
        "+ text-prefix",
        "- tqdm",
    }
    assert sandbox.names() == []
    checked = call(sandbox, "lock", spec, "--check", "--json")
    assert checked.returncode == 1
    (texts,) = json.loads(checked.stdout)["differences"].values()
    assert set(texts) == set(refusal.details["lines"])
    assert "- tqdm" in call(sandbox, "lock", spec, "--check").stdout


def test_a_comment_more_is_no_difference(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0")
    sandbox.run("lock", spec)
    spec.write_text("# about nothing\n" + spec.read_text())

    assert sandbox.json("lock", spec, "--check")["agrees"] is True


def test_a_lock_edited_by_hand_does_not_fulfil_the_file(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0")
    sandbox.run("lock", spec)
    other = sandbox.spec("python", "demo-lib=2.0", name="other")
    sandbox.run("lock", other, "--output", sandbox.folder / "other.conda-lock.yml")
    text = lock_beside(spec).read_text()
    newer = block((sandbox.folder / "other.conda-lock.yml").read_text(), "demo-lib")
    lock_beside(spec).write_text(text.replace(block(text, "demo-lib"), newer))

    refusal = refuse(sandbox, "create", spec, "--locked")
    assert refusal.details["lines"] == ["demo-lib=1.0 is asked for, and the lock has 2.0 pyh_0"]


def test_an_update_takes_the_lock_and_what_pip_has_in_it(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0")
    sandbox.run("lock", spec)
    sandbox.run("create", spec, "--locked")
    sandbox.spec("python", "demo-lib=1.0", pip=["tabulate"])
    with pytest.raises(Failed) as caught:
        sandbox.json("update", "demo", "--locked")
    assert caught.value.error["code"] == "lock_mismatch"

    digest = sandbox.json("lock", spec)["platforms"][0]["lock_digest"]
    updated = sandbox.json("update", "demo", "--locked")
    assert updated["lock_digest"] == digest
    assert "tabulate" in [one.split()[0] for one in updated["changes"]["added"]]
    assert sandbox.json("update", "demo", "--locked")["changed"] is False


def test_a_lock_is_installed_where_the_channel_has_no_index(
    sandbox: Sandbox, channel: LocalChannel, tmp_path: Path
) -> None:
    spec = sandbox.spec("python", "demo-lib", "text-prefix")
    digest = sandbox.json("lock", spec)["platforms"][0]["lock_digest"]
    archives = tmp_path / "archives"
    for package in parse_lock(lock_beside(spec).read_bytes(), file="").packages:
        place = Path(*package.url.split("/")[-2:])
        (archives / place.parent).mkdir(parents=True, exist_ok=True)
        shutil.copy(channel.path / place, archives / place)
    with serve(archives) as server:
        # A solve would be impossible here: there are packages, and nothing that lists them.
        sandbox.configure(envs_dirs=[str(sandbox.envs)], channels=[server.url])
        sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "cache")
        text = lock_beside(spec).read_text()
        lock_beside(spec).write_text(text.replace(channel.url, server.url))
        lines = sandbox.run("create", spec, "--locked", "--json").splitlines()
        asked = [path for _, path, status in server.requests if status == 200]

    assert json.loads(lines[-1])["lock_digest"] == digest
    assert "solve" not in {json.loads(line).get("phase") for line in lines[:-1]}
    assert all(path.endswith(".conda") for path in asked)


def test_a_plan_from_the_lock(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0", pip=["tabulate"])
    digest = sandbox.json("lock", spec)["platforms"][0]["lock_digest"]

    found = sandbox.json("plan", spec, "--locked")
    assert found["plan"]["lock_digest"] == digest
    assert "tabulate" in {one["name"] for one in found["plan"]["link"]}
    assert os.listdir(sandbox.envs / ".jupyter-envs") == ["operations"]
