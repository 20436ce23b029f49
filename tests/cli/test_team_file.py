"""The file of a team with its traps, from the first look to a kernel that runs its imports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.lock import parse_lock
from tests.engine.test_contract_uv import write_wheel
from tests.engine.test_team_file import FIXED, ON_MACHINES
from tests.spec.samples import TEAM_FILE
from tests.support.channel import ChannelUnavailableHere
from tests.support.kernel_session import KernelSession
from tests.support.nvidia_driver import compiler, machine_with
from tests.support.pip_index import from_folder
from tests.support.sandbox import Sandbox
from tests.support.team_channel import MINOR, team_channel

LOCK = "conda-meta/jupyter-envs/conda-lock.yml"

FACTS = """
import json, sys, matplotlib, numpy, pandas, torch, torchaudio, torchvision, transformers, datasets
print(json.dumps({"python": sys.version_info[:2], "torch": torch.build,
    "torchvision": torchvision.build, "torchaudio": torchaudio.build,
    "transformers": getattr(transformers, "__version__", None) or transformers.version,
    "sum": float(pandas.Series(numpy.ones(3)).sum())}))
"""

#: The file as it is without its channels' traps, by whoever wants to stay with pip.
WITH_PIP = FIXED.replace(
    "  - transformers==4.35.0\n  - datasets\n",
    "  - pip:\n      - transformers==4.35.0\n      - datasets\n",
)


@pytest.fixture
def team(sandbox: Sandbox) -> Sandbox:
    """A person whose conda-forge has what the team's file asks for, in small."""
    try:
        channel = team_channel()
    except ChannelUnavailableHere as error:
        pytest.skip(f"needs the package index once: {error}")
    if channel is None:
        pytest.skip(f"needs a second Python: {MINOR}, which the team's file asks for")
    sandbox.configure(
        channels=["conda-forge"],
        custom_channels={"conda-forge": channel.parent.as_uri()},
        envs_dirs=[str(sandbox.envs)],
    )
    return sandbox


def written(team: Sandbox) -> Path:
    path = team.folder / "environment.yml"
    path.write_bytes(TEAM_FILE)
    return path


def fixes(team: Sandbox, file: Path, *machine: str) -> set[str]:
    """The titles of what would be put right."""
    found = team.json("check", file, *machine)["diagnostics"]
    return {one["fix"]["title"] for one in found if one["fix"]}


def test_it_is_diagnosed_for_the_machine(team: Sandbox) -> None:
    file = written(team)
    assert "Remove cudatoolkit=11.8: there is no NVIDIA GPU here" in fixes(team, file)
    assert "Write cuda-version>=12,<13, for the GPU here" in fixes(team, file, "--cuda", "12.4")
    assert "Write cuda-version>=12,<14, for the GPU here" in fixes(team, file, "--cuda", "13.0")
    if compiler() is None:
        pytest.skip("needs a C compiler, for the double of the driver")
    team.environ.update(machine_with(team.folder / "driver", "6.1", cuda="13.0"))
    # The driver says 13, and this GPU needs 12.
    assert "Write cuda-version>=12,<13, for the GPU here" in fixes(team, file)
    assert file.read_bytes() == TEAM_FILE


@pytest.mark.parametrize(
    ("case", "machine", "variant"),
    [("no-gpu", (), "cpu"), ("cuda-12", ("--cuda", "12.9"), "cuda129")],
)
def test_once_fixed_it_becomes_a_kernel(
    team: Sandbox, jupyter: Path, case: str, machine: tuple[str, ...], variant: str
) -> None:
    file = written(team)
    team.run("check", "--fix-all", file, *machine)
    assert file.read_text() == ON_MACHINES[case][1]

    made = team.json("create", file, *machine)

    assert made["kernels"] == ["conda-env-ai-dev-env-py"]
    facts = run_facts(team, jupyter, made)
    assert facts["python"] == [3, 10]
    assert facts["transformers"] == "4.35.0"
    assert facts["sum"] == 3.0
    for name in ("torch", "torchvision", "torchaudio"):
        assert facts[name].startswith(f"{variant}_")
    assert team.json("drift", "ai-dev-env")["state"] == "clean"


def test_with_its_pip_section_too(team: Sandbox, jupyter: Path) -> None:
    wheels = team.folder / "wheels"
    for name, version in (("transformers", "4.35.0"), ("transformers", "4.57.1"),
                          ("datasets", "4.4.1")):  # fmt: skip
        write_wheel(wheels, name, version)
    team.environ.update(from_folder(wheels))

    made = team.json("create", team.write("environment.yml", WITH_PIP))

    facts = run_facts(team, jupyter, made)
    assert facts["torch"].startswith("cpu_")
    assert facts["transformers"] == "4.35.0"
    lock = parse_lock(Path(made["prefix"], LOCK).read_bytes(), file="conda-lock.yml")
    assert {p.name for p in lock.packages if p.manager == "pip"} == {"transformers", "datasets"}


def run_facts(team: Sandbox, jupyter: Path, made: dict[str, Any]) -> dict[str, Any]:
    """What the environment's kernel says after all the imports of the team."""
    with KernelSession(jupyter, team.environ) as session:
        facts: dict[str, Any] = json.loads(session.once(made["kernels"][0], FACTS))
    return facts
