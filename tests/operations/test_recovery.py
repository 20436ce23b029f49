"""The store after hands that meddled: reconcile mends or reports, and never makes it worse."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Sandbox, manifest

KERNEL = "conda-env-demo-py"


def test_a_kernel_that_was_deleted_by_hand_comes_back(
    sandbox: Sandbox, kernels: KernelSession
) -> None:
    sandbox.create("python")
    shutil.rmtree(sandbox.home / "jupyter" / "kernels" / KERNEL)

    assert sandbox.names() == ["demo"]

    assert kernels.once(KERNEL, "print('here')") == "here"


def test_a_kernel_json_that_was_edited_is_put_right(sandbox: Sandbox) -> None:
    sandbox.create("python")
    path = sandbox.home / "jupyter" / "kernels" / KERNEL / "kernel.json"
    good = path.read_bytes()
    path.write_text(json.dumps(json.loads(good) | {"argv": ["/bin/false"]}))

    sandbox.json("list")

    assert json.loads(path.read_bytes()) == json.loads(good)


def test_a_kernel_of_that_name_that_is_not_ours_is_kept(sandbox: Sandbox) -> None:
    folder = sandbox.home / "jupyter" / "kernels" / KERNEL
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text('{"argv": ["mine"], "display_name": "Mine"}')

    sandbox.create("python")

    assert sandbox.kernel_names() == [KERNEL, f"{KERNEL}.previous"]
    kept = folder.with_name(f"{KERNEL}.previous") / "kernel.json"
    assert json.loads(kept.read_text())["display_name"] == "Mine"


def test_a_folder_in_the_place_of_the_link_is_left_alone(sandbox: Sandbox) -> None:
    sandbox.create("python")
    link = sandbox.envs / "demo"
    link.unlink()
    link.mkdir()
    (link / "work").write_text("of somebody")
    before = manifest(sandbox.envs / ".jupyter-envs" / "demo")

    sandbox.json("list")

    assert (link / "work").read_text() == "of somebody"
    assert manifest(sandbox.envs / ".jupyter-envs" / "demo") == before


def test_an_environment_whose_link_was_removed_is_retired(sandbox: Sandbox) -> None:
    sandbox.create("python")
    (sandbox.envs / "demo").unlink()  # what "conda env remove" does to a symlinked prefix

    assert sandbox.names() == []

    assert sandbox.kernel_names() == []
    assert sandbox.registered() == []
    assert not (sandbox.envs / ".jupyter-envs" / "demo").exists()
    ledger = "".join(p.read_text() for p in sandbox.home.glob(".local/share/*/ledger/*/*.jsonl"))
    assert '"action":"environment_removed","environment":"demo"' in ledger


def test_lines_of_others_in_environments_txt_stay(sandbox: Sandbox) -> None:
    register = sandbox.home / ".conda" / "environments.txt"
    register.parent.mkdir()
    register.write_text("/opt/conda\n/gone/long/ago")
    sandbox.create("python")
    link = sandbox.envs / "demo"
    generation = sandbox.envs / ".jupyter-envs" / "demo" / "1"
    assert sandbox.registered() == ["/opt/conda", "/gone/long/ago", str(link)]

    # conda, run inside a kernel, adds the generation's own path.
    register.write_text(register.read_text() + f"{generation}\n")
    sandbox.json("list")

    assert sandbox.registered() == ["/opt/conda", "/gone/long/ago", str(link)]


def test_reconcile_finishes_a_publish_that_was_cut_after_the_swap(
    sandbox: Sandbox, kernels: KernelSession
) -> None:
    sandbox.create("python", "demo-lib=1.0")
    sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=2.0"))
    _forget_what_follows_the_swap(sandbox)

    assert sandbox.json("operations")["operations"][0]["state"] == "succeeded"

    assert kernels.once(KERNEL, "import demo_lib; print(demo_lib.__version__)") == "2.0"
    assert sandbox.registered() == [str(sandbox.envs / "demo")]


def test_a_generation_that_was_complete_but_never_published_goes(sandbox: Sandbox) -> None:
    """As after a kill between the last file of a generation and the swap of the link."""
    sandbox.create("python")
    _forget_what_follows_the_swap(sandbox)
    (sandbox.envs / "demo").unlink()

    assert sandbox.names() == []

    operation = sandbox.json("operations")["operations"][0]
    assert operation["state"] == "interrupted"
    assert not (sandbox.envs / ".jupyter-envs" / "demo").exists()
    assert sandbox.create("python")["generation"] == 1


def _forget_what_follows_the_swap(sandbox: Sandbox) -> None:
    sandbox.wait_for_workers()
    shutil.rmtree(sandbox.home / "jupyter")
    (sandbox.home / ".conda" / "environments.txt").unlink()
    last = sorted((sandbox.envs / ".jupyter-envs" / "operations").glob("*.jsonl"))[-1]
    lines = last.read_text().splitlines()
    assert '"succeeded"' in lines[-1]
    # Without its last line it is the journal of a worker that died in the middle of publishing.
    last.write_text("\n".join(lines[:-1]) + '\n{"seq":99,"ti')


def test_nothing_is_touched_where_nothing_is_wrong(sandbox: Sandbox) -> None:
    sandbox.create("python")
    sandbox.json("list")
    sandbox.wait_for_workers()
    before = manifest(sandbox.home)

    sandbox.json("list")
    sandbox.json("show", "demo")

    assert manifest(sandbox.home) == before


def test_an_environment_of_another_tool_is_listed_and_left(sandbox: Sandbox) -> None:
    foreign = sandbox.envs / "theirs" / "conda-meta"
    foreign.mkdir(parents=True)
    (foreign / "history").write_text("")
    before = manifest(sandbox.envs)

    found = sandbox.json("list")["environments"]

    assert [(e["name"], e["managed"]) for e in found] == [("theirs", False)]
    assert manifest(sandbox.envs) == before


def test_ledger_tells_the_story_and_holds(sandbox: Sandbox) -> None:
    from jupyter_envs.ledger import Ledger

    sandbox.create("python", "demo-lib=1.0")
    sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=2.0"))
    sandbox.json("rollback", "demo")
    sandbox.json("remove", "demo")
    root = sandbox.home / ".local" / "share" / "jupyter_envs"
    ledger = Ledger(root, "irrelevant")

    events = ledger.events()
    assert [e["action"] for e in events] == [
        "environment_created",
        "environment_updated",
        "environment_rolled_back",
        "environment_removed",
    ]
    assert [e["generation"] for e in events] == [1, 2, 1, 1]
    assert ledger.verify() == []
    for event in events:
        assert ledger.lock(event["lock_digest"]) is not None

    path = next(Path(root).glob("ledger/*/*.jsonl"))
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], lines[1].replace(b'"demo"', b'"dem0"'), *lines[2:]]))
    assert [fault.line for fault in ledger.verify()] == [3]
