"""Update, rollback and what a running kernel sees of them."""

from __future__ import annotations

import ast
import os

import pytest

from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Failed, Sandbox, manifest

KERNEL = "conda-env-demo-py"
VERSION = "import demo_lib; print(demo_lib.__version__, demo_lib.__file__)"


def version_in(kernels: KernelSession) -> str:
    return kernels.once(KERNEL, VERSION).split()[0]


def test_update_and_rollback_move_the_kernel(sandbox: Sandbox, kernels: KernelSession) -> None:
    first = sandbox.create("python", "demo-lib=1.0")
    assert version_in(kernels) == "1.0"

    second = sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=2.0"))
    assert (first["generation"], second["generation"]) == (1, 2)
    assert version_in(kernels) == "2.0"

    back = sandbox.json("rollback", "demo")
    assert back["generation"] == 1
    assert back["lock_digest"] == first["lock_digest"]
    assert version_in(kernels) == "1.0"

    forward = sandbox.json("rollback", "demo", "--to", 2)
    assert forward["generation"] == 2
    assert version_in(kernels) == "2.0"


def test_a_running_kernel_stays_on_its_generation(sandbox: Sandbox, kernels: KernelSession) -> None:
    sandbox.create("python", "demo-lib=1.0")
    handle = kernels.start(KERNEL)
    # Started, and demo_lib not imported yet: it must still come from generation 1 afterwards.
    sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=2.0"))

    version, file = kernels.run(handle, VERSION).split()
    assert version == "1.0"
    assert "/.jupyter-envs/demo/1/" in file

    kernels.restart(handle)
    assert kernels.run(handle, VERSION).split()[0] == "1.0"

    sandbox.json("rollback", "demo")
    assert kernels.run(handle, "import sys; print(sys.prefix)").endswith("/demo/1")
    shown = sandbox.json("show", "demo")
    assert [g["in_use"] for g in shown["generations"]] == [True, False]


def test_an_update_changes_only_what_it_must(sandbox: Sandbox) -> None:
    sandbox.create("python", "demo-lib=1.0", "tqdm=4.66.1")
    loosened = sandbox.spec("python", "demo-lib", "tqdm")

    unchanged = sandbox.json("update", "demo", loosened)
    lock = sandbox.run("export", "demo", "--format", "lock")
    assert unchanged["lock_digest"] == sandbox.json("show", "demo")["lock_digest"]
    assert "tqdm-4.66.1" in lock

    upgraded = sandbox.json("update", "demo", loosened, "--upgrade")
    lock = sandbox.run("export", "demo", "--format", "lock")
    assert upgraded["lock_digest"] != unchanged["lock_digest"]
    assert "tqdm-4.66.1" not in lock
    assert "demo-lib-2.0" in lock


def test_an_update_without_changes_makes_no_generation(sandbox: Sandbox) -> None:
    sandbox.create("python", "demo-lib=1.0")
    before = manifest(sandbox.envs / ".jupyter-envs" / "demo" / "1")

    again = sandbox.json("update", "demo")

    assert again["changed"] is False
    assert [g["number"] for g in sandbox.json("show", "demo")["generations"]] == [1]
    assert manifest(sandbox.envs / ".jupyter-envs" / "demo" / "1") == before


def test_update_without_a_file_reads_the_one_it_was_made_from(sandbox: Sandbox) -> None:
    sandbox.create("python", "demo-lib=1.0")
    sandbox.spec("python", "demo-lib=1.1")  # the person edits the same file

    sandbox.json("update", "demo")

    assert "demo-lib-1.1" in sandbox.run("export", "demo", "--format", "lock")


def test_a_change_of_pythons_minor_is_an_update_like_any_other(
    sandbox: Sandbox, kernels: KernelSession, two_minors: tuple[str, str]
) -> None:
    old, new = two_minors
    sandbox.create(f"python={old}", "tqdm")
    assert version_of_python(kernels) == old

    sandbox.json("update", "demo", sandbox.spec(f"python={new}", "tqdm"))

    assert version_of_python(kernels) == new


def version_of_python(kernels: KernelSession) -> str:
    code = "import sys, tqdm; print('%d.%d' % sys.version_info[:2])"
    return kernels.once(KERNEL, code)


def test_conda_reads_the_history_of_all_generations(sandbox: Sandbox) -> None:
    sandbox.create("python", "demo-lib=1.0")
    sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=2.0"))

    history = (sandbox.envs / "demo" / "conda-meta" / "history").read_text()

    revisions = history.split("==> ")[1:]
    assert len(revisions) == 2
    assert "::demo-lib-1.0-" in revisions[0]
    changes = [line for line in revisions[1].splitlines() if line[0] in "+-"]
    assert [c[0] for c in changes] == ["-", "+"]
    assert ast.literal_eval(revisions[1].rpartition("update specs: ")[2]) == [
        "python",
        "demo-lib=2.0",
    ]


def test_nothing_before_the_first_generation(sandbox: Sandbox) -> None:
    sandbox.create("python")

    with pytest.raises(Failed) as caught:
        sandbox.json("rollback", "demo")

    assert caught.value.error["code"] == "generation_not_found"


def test_old_generations_go_but_those_in_use_stay(sandbox: Sandbox, kernels: KernelSession) -> None:
    sandbox.create("python", "demo-lib=1.0")
    handle = kernels.start(KERNEL)
    for number, version in enumerate(("1.1", "2.0", "1.0", "1.1", "2.0"), start=2):
        sandbox.json("update", "demo", sandbox.spec("python", f"demo-lib={version}"))
        age(sandbox, number - 1)

    sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=1.0"))

    kept = [g["number"] for g in sandbox.json("show", "demo")["generations"]]
    assert kept == [1, 4, 5, 6, 7]
    assert kernels.run(handle, VERSION).split()[0] == "1.0"


def age(sandbox: Sandbox, number: int) -> None:
    """Make a generation look as if it had been made two hours ago."""
    info = sandbox.envs / f".jupyter-envs/demo/{number}/conda-meta/jupyter-envs/generation.json"
    stat = info.stat()
    os.utime(info, (stat.st_atime, stat.st_mtime - 7200))
