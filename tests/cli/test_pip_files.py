"""The pip section beyond names: ``-r`` and ``-c`` files, private indexes, archives of a commit."""

from __future__ import annotations

import json
import shutil
import zipfile
from base64 import b64encode
from pathlib import Path

import pytest

from jupyter_envs.lock import Lock, parse_lock
from tests.cli.refusals import call, refuse
from tests.engine.recording import recording
from tests.engine.test_contract_uv import write_wheel
from tests.support.sandbox import Sandbox

SECRET = "Zq8-hidden-word"


def locked(sandbox: Sandbox, spec: Path) -> Lock:
    """The lock that ``lock`` makes of a spec, in its folder."""
    sandbox.run("lock", spec)
    return parse_lock(spec.with_name("conda-lock.yml").read_bytes(), file="conda-lock.yml")


def versions(lock: Lock) -> dict[str, str]:
    return {p.name: p.version for p in lock.packages if p.manager == "pip"}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A package index with two small packages, two versions each."""
    root = tmp_path / "index"
    for name in ("small-one", "small-two"):
        folder = root / name
        wheels = [
            write_wheel(folder, name.replace("-", "_"), version) for version in ("1.0", "2.0")
        ]
        links = "".join(f'<a href="{w.name}">{w.name}</a>' for w in wheels)
        (folder / "index.html").write_text(f"<!DOCTYPE html><body>{links}</body>")
    return root


# -- files --------------------------------------------------------------------------------------


def test_files_are_read_from_where_they_are_named(sandbox: Sandbox, index: Path) -> None:
    (sandbox.folder / ".git").mkdir()
    project = sandbox.folder / "env"
    (project / "more").mkdir(parents=True)
    (project / "requirements.txt").write_text("# ours\nsmall-one \\\n  >=1\n-r more/second.txt\n")
    (project / "more" / "second.txt").write_text("small-two  # the second\n-c ../../limits.txt\n")
    (sandbox.folder / "limits.txt").write_text("small-two<2\n")
    spec = project / "environment.yml"
    with recording(index) as server:
        address = f"http://127.0.0.1:{server.port}/"
        lines = [f"--index-url {address}", "-r requirements.txt"]
        dependencies = ["python", {"pip": lines}]
        spec.write_text(json.dumps({"name": "demo", "dependencies": dependencies}))
        lock = locked(sandbox, spec)
        assert versions(lock) == {"small-one": "2.0", "small-two": "1.0"}
        assert set(lock.inputs) == {
            "environment.yml", "requirements.txt", "more/second.txt", "../limits.txt"
        }  # fmt: skip
        made = sandbox.json("create", spec)
        assert made["lock_digest"] == sandbox.json("plan", spec, "--locked")["plan"]["lock_digest"]

        (sandbox.folder / "limits.txt").write_text("small-two<3\n")
        checked = call(sandbox, "lock", spec, "--check", "--json")
        assert checked.returncode == 1
        assert set(json.loads(checked.stdout)["differences"]["linux-64"]) == {
            "- pip: -c small-two<2",
            "+ pip: -c small-two<3",
        }
        # An update sees the change too, although the environment.yml is as it was.
        assert sandbox.json("update", "demo")["changed"] is True
        twin = sandbox.json("clone", "demo", "twin")
        assert twin["lock_digest"] == sandbox.json("show", "demo")["lock_digest"]
        # Without the project's folder, what is kept with the generation has all of it.
        shutil.rmtree(project)
        updated = sandbox.json("update", "demo", "--upgrade")
    assert updated["changes"]["changed"] == ["small-two 1.0 -> 2.0"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-r absent.txt", "No such file"),
        ("-r ../outside.txt", "outside the folder"),
        ("-c link.txt", "outside the folder"),
        ("-r /etc/hostname", "relative to this one"),
        ("-r ~/requirements.txt", "relative to this one"),
        ("-r ${HOME}/requirements.txt", "relative to this one"),
        ("-r https://example.org/requirements.txt", "from the network"),
        ("-r .", "not a file of requirements"),
    ],
)
def test_a_file_that_is_not_read_is_named(sandbox: Sandbox, line: str, reason: str) -> None:
    project = sandbox.folder / "project"
    project.mkdir()
    (sandbox.folder / "outside.txt").write_text("tabulate\n")
    (project / "link.txt").symlink_to(sandbox.folder / "outside.txt")
    spec = project / "environment.yml"
    spec.write_text(json.dumps({"name": "demo", "dependencies": ["python", {"pip": [line]}]}))

    for verb in ("create", "lock", "plan"):
        refusal = refuse(sandbox, verb, spec)
        assert refusal.code == "pip_unsupported"
        assert line in refusal.message
        assert reason in refusal.message
        assert refusal.hint
    assert sandbox.names() == []


def test_what_a_file_holds_is_held_to_the_same_rules(sandbox: Sandbox) -> None:
    sandbox.write("requirements.txt", "-e ./folder\n")
    refusal = refuse(sandbox, "create", sandbox.spec("python", pip=["-r requirements.txt"]))
    assert refusal.code == "pip_unsupported"
    assert "'-e ./folder'" in refusal.message


# -- indexes ------------------------------------------------------------------------------------


def test_the_login_of_an_index_is_used_and_kept_nowhere(sandbox: Sandbox, index: Path) -> None:
    login = "Basic " + b64encode(f"me:{SECRET}".encode()).decode()
    with recording(index, authorization=login) as server:
        address = f"http://me:{SECRET}@127.0.0.1:{server.port}/"
        spec = sandbox.spec("python", pip=[f"--extra-index-url {address}", "small-one", "tabulate"])
        lock = locked(sandbox, spec)
        assert versions(lock)["small-one"] == "2.0"
        lines = sandbox.run("create", spec, "--locked", "--json")
        assert sandbox.json("list")["environments"][0]["name"] == "demo"

    assert SECRET not in spec.with_name("conda-lock.yml").read_text()
    assert SECRET not in lines
    for journal in sandbox.envs.glob(".jupyter-envs/operations/*.*"):
        assert SECRET not in journal.read_text()
    for path in sandbox.envs.glob("demo/conda-meta/jupyter-envs/*"):
        if SECRET in path.read_text():
            # As the person wrote it, for their eyes alone.
            assert path.name == "environment.yml"
            assert path.stat().st_mode & 0o077 == 0


# -- repositories -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "archive"),
    [
        (
            f"-e git+https://github.com/org/tool@{'a' * 40}#egg=mytool",
            f"mytool @ https://github.com/org/tool/archive/{'a' * 40}.zip",
        ),
        (
            "-e git+https://gitlab.com/group/sub/tool.git#egg=tool",
            "tool @ https://gitlab.com/group/sub/tool/-/archive/COMMIT/source.zip",
        ),
    ],
)
def test_an_editable_repository_is_refused_with_what_can_be_locked(
    sandbox: Sandbox, line: str, archive: str
) -> None:
    refusal = refuse(sandbox, "create", sandbox.spec("python", pip=[line]))
    assert refusal.code == "pip_unsupported"
    assert archive in (refusal.hint or "")


def test_the_archive_of_a_commit_is_locked_by_its_hash(sandbox: Sandbox, tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    served = tmp_path / "served"
    served.mkdir()
    project = '[project]\nname = "tool"\nversion = "2.5"\n'
    project += '[build-system]\nrequires = []\nbuild-backend = "builder"\nbackend-path = ["."]\n'
    with zipfile.ZipFile(served / f"{commit}.zip", "w") as archive:
        archive.writestr(f"tool-{commit}/pyproject.toml", project)
        archive.writestr(f"tool-{commit}/builder.py", _BUILDER)
    with recording(served) as server:
        address = f"http://127.0.0.1:{server.port}/{commit}.zip"
        spec = sandbox.spec("python", pip=[f"tool @ {address}"])
        lock = locked(sandbox, spec)
        made = sandbox.json("create", spec, "--locked")
    assert versions(lock) == {"tool": "2.5"}
    assert sandbox.run("run", made["name"], "--", "python", "-c", "import tool; print(tool.x)") == (
        "7\n"
    )


#: A build backend without any requirement: the test needs no network for it.
_BUILDER = """\
import os, zipfile

def build_wheel(folder, settings=None, metadata=None):
    name = "tool-2.5-py3-none-any.whl"
    info = "tool-2.5.dist-info"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        wheel.writestr("tool.py", "x = 7\\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: tool\\nVersion: 2.5\\n")
        about = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(f"{info}/WHEEL", about)
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
