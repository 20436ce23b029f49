"""Stacks at the command line: seen, made, updated, from places and addresses, broken ones too."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.stacks import Stack, find_stacks, shipped_place
from tests.cli.channels import lock_of
from tests.cli.refusals import refuse
from tests.engine.recording import recording
from tests.stacks.test_catalogue import text
from tests.support.channel import LocalChannel
from tests.support.channel.archive import write_archive
from tests.support.channel.build import package_name
from tests.support.channel.cache import REPOSITORY
from tests.support.gpu_packages import gpu_recipes
from tests.support.kernel_session import KernelSession
from tests.support.nvidia_driver import compiler, machine_with
from tests.support.sandbox import Sandbox
from tests.support.stack_packages import stand_ins

STACKS = [found for found in find_stacks([shipped_place()]) if isinstance(found, Stack)]
DEEP = [stack for stack in STACKS if stack.maturity == "deep"]


@pytest.fixture(scope="session")
def forge(tmp_path_factory: pytest.TempPathFactory, channel: LocalChannel) -> Path:
    """A conda-forge with the local channel's real packages and small ones for all the rest."""
    folder = tmp_path_factory.mktemp("forge") / "conda-forge"
    left_out = shutil.ignore_patterns("repodata*", "shards", "*.json", "*.zst", "*.msgpack*")
    shutil.copytree(channel.path, folder, copy_function=os.link, ignore=left_out)
    real = {package_name(path) for path in channel.path.glob("*/*.conda")}
    gpu = [recipe for recipe in gpu_recipes(channel.python_minors) if recipe.name not in real]
    known = real | {recipe.name for recipe in gpu}
    for recipe in (*gpu, *stand_ins(STACKS, known, real=real)):
        write_archive(recipe, folder)
    command = [sys.executable, "-m", "tests.support.channel.index", str(folder)]
    subprocess.run(command, check=True, cwd=REPOSITORY, timeout=180)
    return folder


@pytest.fixture
def person(sandbox: Sandbox, forge: Path) -> Sandbox:
    """A person whose conda-forge is that one."""
    sandbox.configure(
        channels=["conda-forge"],
        custom_channels={"conda-forge": forge.parent.as_uri()},
        envs_dirs=[str(sandbox.envs)],
    )
    return sandbox


@pytest.fixture
def own(sandbox: Sandbox) -> Path:
    """The folder of the person's own stacks."""
    sandbox.environ["JUPYTER_ENVS_DATA_DIR"] = str(sandbox.home / "data")
    folder = sandbox.home / "data" / "stacks"
    folder.mkdir(parents=True)
    return folder


def listed(sandbox: Sandbox, *arguments: object) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in sandbox.json("stacks", *arguments)["stacks"]}


# -- seen ---------------------------------------------------------------------------------------


def test_what_fits_is_shown_with_its_reason(sandbox: Sandbox) -> None:
    told = sandbox.json("stacks")
    found = {one["id"]: one for one in told["stacks"]}
    assert list(found) == [stack.id for stack in STACKS]
    assert [one["code"] for one in told["choice"]["reasons"]] == ["cpu_no_gpu"]
    assert found["pytorch"]["target"] == "cpu"
    gpu, cpu = found["pytorch"]["targets"]
    assert (gpu["fits"], cpu["fits"]) == (False, True)
    assert gpu["reasons"][0]["message"] == "It needs an NVIDIA GPU."
    assert found["rapids"]["target"] is None
    assert found["starter"]["maturity"] == "deep"

    assert listed(sandbox, "--cuda", "12.9")["pytorch"]["target"] == "gpu"
    text = sandbox.run("stacks")
    assert "starter" in text
    assert "CPU builds: this machine has no NVIDIA GPU" in text


def test_one_with_the_file_that_would_be_made(sandbox: Sandbox) -> None:
    one = sandbox.json("stacks", "pytorch", "--cuda", "12.9")
    assert "  - pytorch >=2.7,<3 cuda*\n" in one["text"]
    assert "  - pytorch>=2.7,<3\n" in sandbox.json("stacks", "pytorch")["text"]
    text = sandbox.run("stacks", "rapids")
    assert "It needs an NVIDIA GPU." in text
    assert refuse(sandbox, "stacks", "pytorhc").code == "stack_not_found"


# -- made ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", DEEP, ids=lambda stack: stack.id)
def test_a_deep_stack_is_made_and_its_notebook_imports_all(
    person: Sandbox, jupyter: Path, stack: Stack
) -> None:
    made = person.json("create", stack.id)

    assert made["kernels"] == [f"conda-env-{stack.id}-py"]
    shown = person.json("show", stack.id)
    assert shown["source"] == {
        "kind": "stack", "file": None, "included": {}, "stack": stack.id, "stack_target": "cpu",
        "sha256": hashlib.sha256(stack.data).hexdigest(),
    }  # fmt: skip
    assert stack.notebook is not None
    cells = json.loads((REPOSITORY / stack.notebook).read_text())["cells"]
    first = "".join(next(c["source"] for c in cells if c["cell_type"] == "code"))
    imports = [line.split(" as ")[0].split(".")[0] for line in first.splitlines()
               if line.startswith("import ")]  # fmt: skip
    assert imports
    with KernelSession(jupyter, person.environ) as session:
        assert session.once(made["kernels"][0], "\n".join([*imports, "print('all')"])) == "all"
    assert person.json("drift", stack.id)["state"] == "clean"


def test_with_any_python_that_the_starter_is_for(
    person: Sandbox, two_minors: tuple[str, str]
) -> None:
    for minor in two_minors:
        text = STACKS[0].data.decode().replace("python>=3.10", f"python={minor}.*")
        name = f"with-{minor}"
        person.json("create", person.write("starter.yml", text), "--name", name)
        version = next(p.version for p in lock_of(person, name).packages if p.name == "python")
        assert version.startswith(f"{minor}.")


def test_on_a_gpu_the_gpu_target_is_made_and_an_update_follows_the_machine(
    person: Sandbox,
) -> None:
    if compiler() is None:
        pytest.skip("needs a C compiler, for the double of the driver")
    machine = machine_with(person.folder / "driver", "7.0", cuda="13.0")
    person.environ.update(machine)
    plan = person.json("plan", "pytorch")
    assert plan["name"] == "pytorch"
    assert plan["plan"]["builds"][0]["accelerator"] == "cuda"
    person.json("create", "pytorch", "--name", "mine")
    build = next(p.build for p in lock_of(person, "mine").packages if p.name == "pytorch")
    assert build.startswith("cuda129_")  # Volta
    assert person.json("show", "mine")["source"]["stack_target"] == "gpu"

    for name in machine:
        del person.environ[name]
    person.json("update", "mine")
    assert person.json("show", "mine")["source"]["stack_target"] == "cpu"
    build = next(p.build for p in lock_of(person, "mine").packages if p.name == "pytorch")
    assert build.startswith("cpu_")


def test_a_stack_that_fits_nothing_here_says_why(person: Sandbox) -> None:
    for verb in ("create", "plan"):
        refusal = refuse(person, verb, "rapids")
        assert refusal.code == "stack_unfit"
        assert "It needs an NVIDIA GPU" in refusal.message
        assert "--profile" in (refusal.hint or "")
    assert person.names() == []


def test_a_required_gpu_is_about_what_the_target_names(person: Sandbox) -> None:
    # LightGBM has CPU builds only: that is no reason against the stack for GPUs.
    found = person.json("plan", "tabular", "--cuda", "12.9", "--gpu-required")
    assert {b["name"]: b["accelerator"] for b in found["plan"]["builds"]}["libxgboost"] == "cuda"
    assert refuse(person, "plan", "tabular", "--gpu-required").code == "gpu_required"


# -- places -------------------------------------------------------------------------------------


def test_ones_own_come_last_and_win(person: Sandbox, own: Path) -> None:
    site = person.folder / "site"
    site.mkdir()
    policy = person.folder / "policy"
    policy.mkdir()
    (site / "lab.yml").write_bytes(text("Site"))
    (policy / "lab.yml").write_bytes(text("Policy"))
    (policy / "other.yml").write_bytes(text("Other"))
    person.environ["JUPYTER_ENVS_STACKS_DIRS"] = f"{site}:{person.folder / 'absent'}"
    rules = person.write("policy.yml", json.dumps({"stacks_dirs": [str(policy)]}))
    person.environ["JUPYTER_ENVS_POLICY"] = str(rules)
    found = listed(person)
    assert (found["lab"]["title"], found["lab"]["origin"]) == ("Policy", "site")
    assert found["other"]["file"] == str(policy / "other.yml")

    (own / "lab.yml").write_bytes(text("Mine"))
    assert (listed(person)["lab"]["title"], listed(person)["lab"]["origin"]) == ("Mine", "user")
    made = person.json("create", "lab")
    assert made["name"] == "lab"
    # What the stack says by then is what an update takes; without it, what is kept.
    (own / "lab.yml").write_bytes(text("Mine").replace(b"  - python  # any\n", b"  - python\n"))
    assert person.json("update", "lab")["changed"] is True
    for place in (own, policy, site):
        (place / "lab.yml").unlink()
    assert person.json("update", "lab")["changed"] is False


def test_a_broken_one_is_told_and_hides_nothing(sandbox: Sandbox, own: Path) -> None:
    (own / "pytorch.yml").write_text("name: pytorch\ndependencis: [python]\n")
    (own / "mine.yml").write_text("name: mine\ndependencies: [python]\n")
    told = sandbox.json("stacks")["stacks"]
    assert [one["origin"] for one in told if one["id"] == "pytorch"] == ["shipped", "user"]
    broken = next(one for one in told if one["id"] == "pytorch" and one["problem"])
    assert broken["problem"]["code"] == "stack_invalid"
    assert broken["problem"]["details"][0]["code"] == "key_misspelt"
    assert "broken mine" in sandbox.run("stacks")
    assert sandbox.json("stacks", "pytorch")["origin"] == "shipped"
    assert refuse(sandbox, "create", "mine").code == "stack_invalid"


def test_a_file_of_that_name_wins_and_a_word_that_is_neither_is_told(person: Sandbox) -> None:
    person.write("starter", json.dumps({"name": "own", "dependencies": ["demo-lib", "python"]}))
    assert person.json("plan", "starter")["name"] == "own"
    refusal = refuse(person, "create", "startre")
    assert refusal.code == "source_not_found"
    assert "jupyter envs stacks" in (refusal.hint or "")


# -- addresses ----------------------------------------------------------------------------------


def test_from_an_address_with_its_digest(person: Sandbox, tmp_path: Path) -> None:
    served = tmp_path / "served"
    served.mkdir()
    data = text("From afar")
    (served / "lab.yml").write_bytes(data)
    (served / "huge.yml").write_bytes(b"#" * 2_000_000)
    digest = hashlib.sha256(data).hexdigest()
    with recording(served) as server:
        url = f"http://127.0.0.1:{server.port}"
        made = person.json("create", f"{url}/lab.yml#sha256={digest.upper()}")
        assert made["name"] == "lab"
        refusals = {
            "stack_digest_mismatch": f"{url}/lab.yml#sha256={'0' * 64}",
            "unavailable": f"{url}/absent.yml#sha256={digest}",
        }
        for code, address in refusals.items():
            assert refuse(person, "create", address, "--name", "x").code == code
        for address in (
            f"{url}/lab.yml",
            f"{url}/lab.yml#sha256=12",
            f"{url}/huge.yml#sha256={digest}",
            f"http://me:secret@127.0.0.1:{server.port}/lab.yml#sha256={digest}",
            f"http://example.org/lab.yml#sha256={digest}",
        ):
            refusal = refuse(person, "create", address, "--name", "x")
            assert refusal.code == "invalid_input"
            assert "secret" not in refusal.message
    assert person.names() == ["lab"]
    # Nobody asks that address again by itself.
    assert person.json("update", "lab")["changed"] is False
