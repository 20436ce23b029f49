"""The pip section with Git repositories: pinned to a commit, and told as what has no hash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_envs.lock import LockedPackage, lock_digest, parse_lock
from tests.cli.refusals import call, refuse
from tests.cli.test_pip_files import locked
from tests.support.conda_lock import ask_conda_lock
from tests.support.git_repository import GitRepository
from tests.support.sandbox import Sandbox


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with the package ``tool``, one commit, tagged."""
    made = GitRepository(tmp_path / "tool.git")
    made.commit("first")
    made.git("tag", "v1")
    return made


def head(repository: GitRepository) -> str:
    return repository.git("rev-parse", "HEAD").strip()


def tool(sandbox: Sandbox, name: str = "demo") -> str:
    """What the package says in an environment: which commit it was built from."""
    code = "import tool; print(tool.text)"
    return sandbox.run("run", name, "--", "python", "-c", code).strip()


def package(sandbox: Sandbox, name: str = "demo") -> LockedPackage:
    path = sandbox.envs / name / "conda-meta" / "jupyter-envs" / "conda-lock.yml"
    found = parse_lock(path.read_bytes(), file="conda-lock.yml")
    return next(p for p in found.packages if p.name == "tool")


def test_a_branch_is_locked_to_its_commit_and_moves_with_upgrade_alone(
    sandbox: Sandbox, repository: GitRepository
) -> None:
    first = head(repository)
    spec = sandbox.spec("python", pip=[f"tool @ git+{repository.url}@main"])
    before = sandbox.json("create", spec)
    assert tool(sandbox) == "first"
    found = package(sandbox)
    assert found.url == f"git+{repository.url}@{first}"
    assert found.sha256 == first  # as conda-lock has it, and so it is in the digest
    assert found.revision == "main"

    second = repository.commit("second")  # the version stays 1.0
    assert sandbox.json("update", "demo")["changed"] is False
    assert tool(sandbox) == "first"
    moved = sandbox.json("update", "demo", "--upgrade")
    assert moved["changed"] is True
    assert moved["lock_digest"] != before["lock_digest"]
    assert moved["changes"]["changed"] == [
        f"tool 1.0 (commit {first[:10]}) -> 1.0 (commit {second[:10]})"
    ]
    assert tool(sandbox) == "second"

    # Another branch is another question: what was kept is no answer to it.
    repository.git("checkout", "--quiet", "-b", "other")
    repository.commit("third")
    sandbox.spec("python", pip=[f"tool @ git+{repository.url}@other"])
    assert sandbox.json("update", "demo")["changed"] is True
    assert tool(sandbox) == "third"

    # Nothing of it looks like a change by hand; another commit of the same version does.
    assert sandbox.json("drift", "demo")["state"] == "clean"
    (record,) = sandbox.envs.glob("demo/lib/python3*/site-packages/tool-1.0.dist-info")
    said = json.loads((record / "direct_url.json").read_text())
    said["vcs_info"]["commit_id"] = first
    (record / "direct_url.json").unlink()
    (record / "direct_url.json").write_text(json.dumps(said))
    record.touch()
    drifted = json.loads(call(sandbox, "drift", "demo", "--json").stdout)
    assert [one["code"] for one in drifted["verdicts"]] == ["hash_mismatch"]


@pytest.mark.parametrize("form", ["{0}@v1", "{0}#egg=tool", "{0}", "{0}@{1}"])
def test_every_form_of_a_line_ends_in_a_commit(
    sandbox: Sandbox, repository: GitRepository, form: str
) -> None:
    first = head(repository)
    line = form.format(f"git+{repository.url}", first)
    lock = locked(sandbox, sandbox.spec("python", pip=[line]))
    (found,) = (p for p in lock.packages if p.manager == "pip")
    assert (found.name, found.url) == ("tool", f"git+{repository.url}@{first}")


def test_a_lock_file_is_the_same_commit_for_everybody(
    sandbox: Sandbox, repository: GitRepository, tmp_path: Path
) -> None:
    first = head(repository)
    line = f"tool @ git+{repository.url}"
    spec = sandbox.spec("python", pip=[line, "tabulate"])
    written = sandbox.json("lock", spec)["platforms"][0]
    assert written["unhashed"] == [
        {"name": "tool", "version": "1.0", "repository": repository.url, "commit": first,
         "revision": "", "subdirectory": ""}
    ]  # fmt: skip
    text = spec.with_name("conda-lock.yml").read_text()
    assert "unhashed.linux-64.tool: HEAD" in text
    repository.commit("second")

    # Locked again, it stays; asked for, it moves.
    assert sandbox.json("lock", spec)["changed"] is False
    plan = sandbox.json("plan", spec, "--locked")["plan"]
    assert [one["commit"] for one in plan["unhashed"]] == [first]
    made = sandbox.json("create", spec, "--locked")
    assert tool(sandbox) == "first"
    twin = sandbox.json("clone", "demo", "twin")
    assert twin["lock_digest"] == made["lock_digest"] == plan["lock_digest"]
    assert tool(sandbox, "twin") == "first"
    shown = sandbox.json("show", "demo")
    assert [one["commit"] for one in shown["unhashed"]] == [first]
    assert f"tool 1.0 is commit {first} of {repository.url}" in sandbox.run("show", "demo")
    moved = sandbox.json("lock", spec, "--upgrade")
    assert moved["changed"] is True

    # conda-lock's own models read it, and what conda-lock writes of it is ours again.
    theirs = ask_conda_lock(spec.with_name("conda-lock.yml"), tmp_path / "again.yml")
    (row,) = (row for row in theirs["packages"] if row[1] == "tool")
    assert row[4] == f"git+{repository.url}@{head(repository)}"
    assert row[5] == head(repository)
    again = parse_lock((tmp_path / "again.yml").read_bytes(), file="again.yml")
    ours = parse_lock(spec.with_name("conda-lock.yml").read_bytes(), file="conda-lock.yml")
    assert lock_digest(again, "linux-64") == lock_digest(ours, "linux-64")


def test_exports_name_the_commit(sandbox: Sandbox, repository: GitRepository) -> None:
    first = head(repository)
    sandbox.create("python", pip=[f"git+{repository.url}", "tabulate"])
    address = f"tool @ git+{repository.url}@{first}"
    for form in ("pinned", "requirements", "lock", "pixi", "sbom"):
        assert first in sandbox.run("export", "demo", "--format", form), form
    lines = sandbox.run("export", "demo", "--format", "requirements").splitlines()
    # pip takes the file: what has a hash is in it, what has none is named beside it.
    assert f"#   pip install --no-deps '{address}'" in lines
    assert not any("tool" in line for line in lines if not line.startswith("#"))
    pinned = sandbox.write("pinned.yml", sandbox.run("export", "demo", "--format", "pinned"))
    repository.commit("second")
    sandbox.json("create", pinned, "--name", "pinned")
    assert tool(sandbox, "pinned") == "first"
    for form, name in (("lock", "a.lock.yml"), ("pixi", "pixi.lock")):
        lock = sandbox.write(name, sandbox.run("export", "demo", "--format", form))
        made = sandbox.json("create", lock, "--name", f"by-{form}")
        assert made["lock_digest"] == sandbox.json("show", "demo")["lock_digest"], form
        assert tool(sandbox, f"by-{form}") == "first"


def test_a_folder_of_a_repository_and_what_it_needs(sandbox: Sandbox, tmp_path: Path) -> None:
    inner = GitRepository(tmp_path / "inner.git", "inner")
    commit = inner.commit("inside")
    outer = GitRepository(tmp_path / "outer.git", "tool", subdirectory="python")
    outer.commit("outside", needs=(f"inner @ git+{inner.url}@main",))
    line = f"tool @ git+{outer.url}@main#subdirectory=python"
    sandbox.create("python", pip=[line])
    assert package(sandbox).url == f"git+{outer.url}@{head(outer)}#subdirectory=python"
    shown = sandbox.json("show", "demo")["unhashed"]
    assert {one["name"]: one["commit"] for one in shown} == {"inner": commit, "tool": head(outer)}
    inner.commit("later")
    assert sandbox.json("update", "demo")["changed"] is False
    assert tool(sandbox) == "outside"


def test_what_pip_built_from_a_repository_can_be_adopted(
    sandbox: Sandbox, repository: GitRepository
) -> None:
    first = head(repository)
    sandbox.create("python", "pip")
    address = f"git+{repository.url}"
    pip = ("python", "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", address)
    sandbox.run("run", "demo", "--", *pip)
    (found,) = json.loads(call(sandbox, "drift", "demo", "--json").stdout)["verdicts"]
    assert (found["code"], found["origin"]) == ("pip_local", f"{address}@{first}")
    repository.commit("second")
    sandbox.json("adopt", "demo", "--yes")
    assert f"tool @ {address}@{first}" in sandbox.run("export", "demo")
    assert tool(sandbox) == "first"
    assert sandbox.json("drift", "demo")["state"] == "clean"


def test_what_a_policy_forbids_is_not_fetched(
    sandbox: Sandbox, repository: GitRepository, tmp_path: Path
) -> None:
    spec = sandbox.spec("python", pip=[f"tool @ git+{repository.url}"])
    sandbox.run("lock", spec)
    policy = tmp_path / "policy.yml"
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(policy)
    policy.write_text("repositories: []\n")
    for verb in (("create", spec), ("create", spec, "--locked"), ("plan", spec), ("lock", spec)):
        refusal = refuse(sandbox, *verb)
        assert refusal.code == "policy_denied"
        assert f"the repository {repository.url}" in refusal.message
    policy.write_text(json.dumps({"repositories": [f"{repository.url}*"]}))
    assert sandbox.json("create", spec)["changed"] is True


def test_a_machine_without_git_says_so(sandbox: Sandbox, repository: GitRepository) -> None:
    spec = sandbox.spec("python", pip=[f"tool @ git+{repository.url}"])
    sandbox.environ["PATH"] = str(sandbox.folder / "nothing")
    refusal = refuse(sandbox, "create", spec)
    assert refusal.code == "pip_failed"
    assert "there is no git on this machine" in refusal.message
    assert "Install git" in (refusal.hint or "")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("tool @ git+{url}@absent", "git says: couldn't find remote ref"),
        ("tool @ git+{url}-absent", "does not appear to be a git repository"),
        ("other @ git+{url}", "`tool` does not match"),
    ],
)
def test_what_a_repository_does_not_have(
    sandbox: Sandbox, repository: GitRepository, line: str, told: str
) -> None:
    refusal = refuse(
        sandbox, "create", sandbox.spec("python", pip=[line.format(url=repository.url)])
    )
    assert refusal.code == "pip_failed"
    assert told in refusal.message
    assert refusal.hint


@pytest.mark.parametrize(
    "line",
    [
        "tool @ hg+https://example.org/x",
        "tool @ git+http://example.org/x.git",
        "tool @ git+git://example.org/x.git",
        "git+ext::sh -c 'touch x'",
        "git+https://example.org/x.git@--upload-pack=touch",
        "git+ssh://-oProxyCommand=touch/x",
        "git+https://example.org/../x.git",
        "git+https://example.org/x.git#subdirectory=../y",
        "-e git+https://example.org/x.git#egg=x",
    ],
)
def test_other_repositories_are_refused(sandbox: Sandbox, line: str) -> None:
    refusal = refuse(sandbox, "create", sandbox.spec("python", pip=[line]))
    assert refusal.code in ("pip_unsupported", "spec_invalid")
    assert refusal.hint
