"""Plan: what a file would change is told, and comes true; nothing is touched by asking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.sandbox import Failed, Sandbox, manifest


def names(packages: list[dict[str, Any]]) -> set[str]:
    return {f"{one['name']} {one['version']}" for one in packages}


def test_a_plan_for_a_new_environment_says_what_create_then_does(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "empty-cache")
    spec = sandbox.spec("python", "demo-lib=1.0")

    found = sandbox.json("plan", spec)
    assert sandbox.names() == []
    assert found["exists"] is False
    assert found["added"] == ["ipykernel"]
    assert found["plan"]["download"]["packages"] == len(found["plan"]["link"])
    assert found["plan"]["download"]["size"] > 10_000_000

    made = sandbox.json("create", spec)
    assert made["lock_digest"] == found["plan"]["lock_digest"]
    again = sandbox.json("plan", spec)
    assert again["plan"]["download"]["packages"] == 0
    assert again["plan"]["link"] == again["plan"]["unlink"] == []


def test_a_plan_for_an_update_names_the_changes_and_touches_nothing(sandbox: Sandbox) -> None:
    sandbox.create("python", "demo-lib=1.0", "tqdm")
    before = manifest(sandbox.envs / ".jupyter-envs" / "demo")
    spec = sandbox.spec("python", "demo-lib=2.0")

    found = sandbox.json("plan", spec)
    assert names(found["plan"]["link"]) == {"demo-lib 2.0"}
    assert "demo-lib 1.0" in names(found["plan"]["unlink"])
    assert manifest(sandbox.envs / ".jupyter-envs" / "demo") == before
    text = sandbox.run("plan", spec)
    assert "~ demo-lib 1.0 pyh_0 -> 2.0 pyh_0" in text
    assert "- tqdm" in text

    updated = sandbox.json("update", "demo", spec)
    assert updated["lock_digest"] == found["plan"]["lock_digest"]
    assert updated["changes"]["changed"] == ["demo-lib 1.0 -> 2.0"]
    assert [one.split()[0] for one in updated["changes"]["removed"]] == ["tqdm"]


def test_the_pip_section_is_part_of_it(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "demo-lib=1.0", pip=["tabulate"])

    found = sandbox.json("plan", spec)
    brought = {one["name"]: one["manager"] for one in found["plan"]["link"]}
    assert (brought["tabulate"], brought["demo-lib"]) == ("pip", "conda")
    assert found["plan"]["download"]["unknown"] == 1
    assert "1 of unknown size to download" in sandbox.run("plan", spec)

    assert sandbox.json("create", spec)["lock_digest"] == found["plan"]["lock_digest"]
    again = sandbox.json("plan", spec)["plan"]
    assert (again["link"], again["unlink"], again["download"]["packages"]) == ([], [], 0)

    gone = sandbox.json("plan", sandbox.spec("python", "demo-lib=1.0"))["plan"]
    assert "tabulate" in {one["name"] for one in gone["unlink"]}


def test_a_pip_section_that_cannot_be_had_is_told_before_anything_is_built(
    sandbox: Sandbox,
) -> None:
    with pytest.raises(Failed) as caught:
        sandbox.json("plan", sandbox.spec("python", pip=["tabulate==99.0"]))

    assert caught.value.error["code"] == "pip_failed"
    assert sandbox.names() == []


def test_a_declared_driver_shows_the_cuda_build(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python", "gpu-lib")

    assert "gpu-lib 1.0 is a CPU build" in sandbox.run("plan", spec)
    assert "gpu-lib 1.0 is a CUDA build" in sandbox.run("plan", spec, "--cuda", "12.4")


def test_a_plan_that_cannot_be_made_says_why(sandbox: Sandbox) -> None:
    with pytest.raises(Failed) as caught:
        sandbox.json("plan", sandbox.spec("python", "needs-old-lib", "needs-new-lib"))

    assert caught.value.error["code"] == "unsatisfiable"
