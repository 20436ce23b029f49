"""What is solved for: the machine's GPUs, a profile, what is declared; kept, shown, required."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from jupyter_envs.lock import parse_lock
from tests.cli.channels import lock_of, make_channel
from tests.cli.refusals import call, refuse
from tests.support.channel import LocalChannel
from tests.support.gpu_packages import gpu_recipes
from tests.support.nvidia_driver import compiler, machine_with
from tests.support.sandbox import Sandbox

POLICY = """\
profiles:
  a100:
    description: The a100 partition
    cuda: "12.9"
    cuda_arch: "8.0"
    glibc: "2.28"
    archspec: x86_64_v3
    gpu_required: true
  p100: {cuda: "13.0", cuda_arch: "6.0"}
  login: {}
"""


@pytest.fixture(scope="session")
def gpu_channel(tmp_path_factory: pytest.TempPathFactory, channel: LocalChannel) -> LocalChannel:
    """conda-forge's GPU packages in small, for the running Python."""
    folder = tmp_path_factory.mktemp("gpu") / "gpu"
    return make_channel(folder, *gpu_recipes(channel.python_minors[:1]))


@pytest.fixture
def site(sandbox: Sandbox, channel: LocalChannel, gpu_channel: LocalChannel) -> Sandbox:
    """A person on a login node without a GPU, at a site with profiles."""
    sandbox.configure(channels=[gpu_channel.url, channel.url], envs_dirs=[str(sandbox.envs)])
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(sandbox.write("policy.yml", POLICY))
    return sandbox


def build_of(sandbox: Sandbox, package: str, name: str = "demo") -> str:
    return next(p.build for p in lock_of(sandbox, name).packages if p.name == package)


def planned(sandbox: Sandbox, *arguments: object) -> tuple[str, dict[str, Any]]:
    """The build that a plan has of the first package with builds, and its target."""
    found = sandbox.json("plan", *arguments)
    return found["plan"]["builds"][0]["build"].partition("_")[0], found["target"]


def codes(target: dict[str, Any]) -> list[str]:
    return [one["code"] for one in target["reasons"]]


# -- the trap -----------------------------------------------------------------------------------


@pytest.fixture
def pascal(site: Sandbox) -> Sandbox:
    """A machine with a Pascal GPU whose driver, 580, says CUDA 13.0."""
    if compiler() is None:
        pytest.skip("needs a C compiler, for the double of the driver")
    site.environ.update(machine_with(site.folder / "driver", "6.1", cuda="13.0"))
    return site


def test_pascal_with_driver_580_gets_cuda_12_and_is_told_why(pascal: Sandbox) -> None:
    spec = pascal.spec("python", "pytorch")

    text = pascal.run("plan", spec)
    assert "CUDA 12 and not 13: GPU" in text
    assert "has compute capability 6.1, and CUDA 13 has no code" in text
    assert "pytorch 2.13.0 is a CUDA build" in text
    build, target = planned(pascal, spec)
    assert build == "cuda129"
    assert (target["cuda"], target["cuda_arch"], target["cuda_major"]) == ("13.0", "6.1", 12)
    assert codes(target)[0] == "capability_major"

    made = pascal.json("create", spec)
    assert build_of(pascal, "pytorch").startswith("cuda129_")
    note = json.loads(lock_of(pascal).custom["target.linux-64"])
    assert note["reasons"][0]["code"] == "capability_major"
    assert note["constraints"] == ["cuda-version <13"]
    assert "gpus" not in note  # a lock is for all machines of a kind
    info = json.loads(
        (Path(made["prefix"]) / "conda-meta/jupyter-envs/generation.json").read_text()
    )
    assert info["target"]["cuda_major"] == 12
    shown = pascal.json("show", "demo")
    assert (shown["target"], shown["accelerator"]) == (target, "cuda")
    assert "CUDA 12 and not 13" in pascal.run("show", "demo")


def test_without_the_rule_the_solver_would_take_cuda_13(pascal: Sandbox) -> None:
    # The same driver with a newer GPU: nothing else than the capability makes the difference.
    pascal.environ.update(machine_with(pascal.folder / "driver", "8.6", cuda="13.0"))
    build, target = planned(pascal, pascal.spec("python", "pytorch"))
    assert (build, target["cuda_major"]) == ("cuda130", 13)


def test_the_oldest_gpu_of_a_machine_decides(pascal: Sandbox) -> None:
    pascal.environ.update(machine_with(pascal.folder / "driver", "9.0", "7.0", cuda="13.0"))
    build, target = planned(pascal, pascal.spec("python", "pytorch"))
    assert (build, target["cuda_arch"]) == ("cuda129", "7.0")


def test_a_file_that_asks_for_cuda_13_there_is_refused_with_the_reason(pascal: Sandbox) -> None:
    refusal = refuse(pascal, "create", pascal.spec("python", "pytorch", "cuda-version=13.*"))
    assert refusal.code == "unsatisfiable"
    assert "CUDA 13 has no code for anything below 7.5" in (refusal.hint or "")


def test_a_lock_for_it_is_the_same_lock(pascal: Sandbox) -> None:
    spec = pascal.spec("python", "pytorch")
    told = pascal.json("lock", spec)
    lock = parse_lock(spec.with_name("conda-lock.yml").read_bytes(), file="conda-lock.yml")
    assert "__cuda_arch=6.1=0" in lock.custom["virtual_packages.linux-64"]
    assert json.loads(lock.custom["target.linux-64"])["cuda_major"] == 12
    assert next(p for p in lock.packages if p.name == "pytorch").build.startswith("cuda129_")

    # Where it was made does not matter to who makes it again.
    for name in ("LD_LIBRARY_PATH", "FAKE_CUDA", "FAKE_CAPABILITIES"):
        del pascal.environ[name]
    assert pascal.json("lock", spec)["changed"] is False
    made = pascal.json("create", spec, "--locked")
    assert made["lock_digest"] == told["platforms"][0]["lock_digest"]
    assert pascal.json("show", "demo")["target"]["cuda_arch"] == "6.1"


# -- profiles -----------------------------------------------------------------------------------


def test_a_login_node_solves_for_gpu_nodes_and_keeps_to_it(site: Sandbox) -> None:
    spec = site.spec("python", "pytorch")
    assert planned(site, spec)[0] == "cpu"

    site.json("create", spec, "--profile", "a100")
    assert build_of(site, "pytorch").startswith("cuda129_")
    shown = site.json("show", "demo")["target"]
    assert (shown["profile"], shown["origin"], shown["gpu_required"]) == ("a100", "profile", True)
    assert "__archspec=1=x86_64_v3" in lock_of(site).custom["virtual_packages.linux-64"]

    # An update without a word stays with the profile; so does a plan for the environment.
    site.spec("python", "pytorch", "demo-lib")
    assert planned(site, spec)[1]["profile"] == "a100"
    site.json("update", "demo")
    assert build_of(site, "pytorch").startswith("cuda129_")
    assert site.json("show", "demo")["target"]["profile"] == "a100"

    # Back to this machine, by saying so.
    site.json("update", "demo", "--here")
    assert build_of(site, "pytorch").startswith("cpu_")
    assert codes(site.json("show", "demo")["target"]) == ["cpu_no_gpu"]


def test_the_trap_on_a_login_node(site: Sandbox) -> None:
    build, target = planned(site, site.spec("python", "pytorch"), "--profile", "p100")
    assert build == "cuda129"
    assert "the profile p100 has compute capability 6.0" in target["reasons"][0]["message"]


def test_a_declaration_is_kept_where_the_packages_stay_the_same(site: Sandbox) -> None:
    site.json("create", site.spec("demo-lib", "python"))
    assert site.json("update", "demo")["changed"] is False
    assert site.json("update", "demo", "--cuda", "12.9")["changed"] is True
    assert site.json("show", "demo")["target"]["cuda"] == "12.9"
    assert site.json("update", "demo", "--cuda", "12.9")["changed"] is False


def test_what_is_said_beside_a_profile_wins(site: Sandbox) -> None:
    spec = site.spec("python", "pytorch")
    build, target = planned(site, spec, "--profile", "a100", "--cuda", "13.0", "--no-gpu-required")
    assert (build, target["gpu_required"]) == ("cuda130", False)
    assert planned(site, spec, "--profile", "login")[0] == "cpu"


def test_a_profile_that_is_not_there_is_named_with_those_that_are(site: Sandbox) -> None:
    spec = site.spec("python", "pytorch")
    for verb in (("create", spec), ("plan", spec), ("lock", spec)):
        refusal = refuse(site, *verb, "--profile", "h100")
        assert refusal.code == "profile_not_found"
        assert "a100, login, p100" in refusal.message
    assert refuse(site, "create", spec, "--gpu", "0").code == "target_invalid"
    assert site.names() == []


def test_condas_override(site: Sandbox) -> None:
    spec = site.spec("python", "pytorch")
    site.environ["CONDA_OVERRIDE_CUDA"] = "12.4"
    build, target = planned(site, spec)
    assert (build, codes(target)) == (
        "cuda129", ["cuda_override", "minor_compatible"]
    )  # fmt: skip
    assert planned(site, spec, "--cuda", "none")[1]["cuda"] is None
    site.environ["CONDA_OVERRIDE_CUDA"] = ""
    assert codes(planned(site, spec)[1]) == ["cpu_override"]


@pytest.mark.parametrize(
    "arguments",
    [("--cuda", "twelve"), ("--cuda-arch", "8"*9), ("--here", "--profile", "a100")],
)  # fmt: skip
def test_options_that_cannot_be_meant(site: Sandbox, arguments: tuple[str, ...]) -> None:
    assert call(site, "create", site.spec("python"), *arguments).returncode == 2


def test_a_policy_with_a_number_for_a_version_is_refused(site: Sandbox) -> None:
    site.write("policy.yml", "profiles: {a100: {cuda: 12.10}}")
    refusal = refuse(site, "create", site.spec("python"), "--profile", "a100")
    assert refusal.code == "configuration_invalid"


# -- a GPU is required --------------------------------------------------------------------------


def test_without_a_gpu_it_is_refused_before_anything_is_solved(site: Sandbox) -> None:
    for verb in ("create", "plan", "lock"):
        refusal = refuse(site, verb, site.spec("python", "pytorch"), "--gpu-required")
        assert refusal.code == "gpu_required"
        assert "this machine has no NVIDIA GPU" in refusal.message
        assert "--profile" in (refusal.hint or "")
    assert site.names() == []


def test_a_cpu_build_is_replaced_by_an_older_one_for_the_gpu(site: Sandbox) -> None:
    # The newest that this driver runs is a CPU build; an older version has a build for it.
    spec = site.spec("python", "pytorch", "cuda-version=12.6")
    assert planned(site, spec, "--cuda", "12.9")[0] == "cpu"
    found = site.json("plan", spec, "--cuda", "12.9", "--gpu-required")
    assert [(b["version"], b["accelerator"]) for b in found["plan"]["builds"]] == [
        ("2.7.1", "cuda")
    ]


def test_where_only_a_cpu_build_fits_it_is_named(site: Sandbox) -> None:
    spec = site.spec("python", "pytorch=2.13", "cuda-version=12.6")
    refusal = refuse(site, "create", spec, "--cuda", "12.9", "--gpu-required")
    assert refusal.code == "gpu_build_missing"
    assert "only CPU builds of pytorch fit" in refusal.message
    assert refusal.details["conflict"]["code"] == "unsatisfiable"
    assert site.names() == []


def test_nothing_with_a_gpu_build(site: Sandbox) -> None:
    refusal = refuse(site, "plan", site.spec("python", "demo-lib"), "--profile", "a100")
    assert refusal.code == "gpu_build_missing"
    assert "nothing in this file has one" in refusal.message


def test_a_fossil_is_refused(site: Sandbox, tmp_path: Path, channel: LocalChannel) -> None:
    # PyTorch of the time before packages knew of drivers, and no other that has a GPU build.
    fossils = [
        r for r in gpu_recipes(("3.10",))
        if r.name in {"cudatoolkit", "cuda-version"} or r.version == "1.11.0"
    ]  # fmt: skip
    plain = [
        replace(r, depends=tuple(d for d in r.depends if not d.startswith("python")))
        for r in fossils
    ]
    site.configure(
        channels=[make_channel(tmp_path / "old", *plain).url, channel.url],
        envs_dirs=[str(site.envs)],
    )
    spec = site.spec("pytorch=*=cuda*")
    assert planned(site, spec, "--cuda", "12.9")[0].startswith("cuda111")

    refusal = refuse(site, "create", spec, "--cuda", "12.9", "--gpu-required")
    assert refusal.code == "gpu_build_missing"
    assert "before packages knew of drivers fit: pytorch 1.11.0 cuda111" in refusal.message
