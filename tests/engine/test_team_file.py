"""The file of a team with its traps: once fixed, it can be solved."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.spec import GpuMachine, fix_spec, parse_spec
from tests.engine.solving import asking, builds, versions
from tests.spec.samples import TEAM_FILE
from tests.support.records import records_channel

FIXED = """\
name: ai-dev-env
channels:
  - conda-forge
dependencies:
  - python=3.10
  - numpy
  - pandas
  - matplotlib
  - jupyter
  - pytorch>=2.0.1
  - torchvision
  - torchaudio
  - cuda-version>=11.8
  - pip
  - transformers==4.35.0
  - datasets
"""


def test_its_traps_are_named_and_the_fixed_file_is_without_a_finding() -> None:
    fixed = fix_spec(TEAM_FILE, unsafe=True)

    assert fixed.data.decode() == FIXED
    assert [d.code for d in fixed.applied] == [
        "channel_frozen", "channels_mixed", "cudatoolkit_unused", "pip_has_conda", "pip_has_conda",
        "pip_empty",
    ]  # fmt: skip
    assert parse_spec(fixed.data).diagnostics == ()
    # None of that is done without being asked for: all of it changes what is installed.
    assert fix_spec(TEAM_FILE).data == TEAM_FILE


#: What stands in the file after all fixes, on a machine whose CUDA is known.
ON_MACHINES = {
    "no-gpu": (None, FIXED.replace("  - cuda-version>=11.8\n", "")),
    "cuda-12": (
        12,
        FIXED.replace("pytorch>=2.0.1", "pytorch >=2.0.1 cuda*").replace(
            "cuda-version>=11.8", "cuda-version>=12,<13"
        ),
    ),
    "cuda-13": (
        13,
        FIXED.replace("pytorch>=2.0.1", "pytorch >=2.0.1 cuda*").replace(
            "cuda-version>=11.8", "cuda-version>=12,<14"
        ),
    ),
}


@pytest.mark.parametrize("case", ON_MACHINES)
def test_the_rewrite_is_the_one_for_the_machine(case: str) -> None:
    major, text = ON_MACHINES[case]
    machine = GpuMachine(major)
    found = {d.code: d.fix for d in parse_spec(TEAM_FILE, machine=machine).diagnostics}
    fix = found["cudatoolkit_unused"]
    assert fix is not None
    assert fix.code == ("remove_without_gpu" if major is None else "write_for_gpu")

    fixed = fix_spec(TEAM_FILE, unsafe=True, machine=machine)
    assert fixed.data.decode() == text
    assert parse_spec(fixed.data, machine=machine).diagnostics == ()
    # None of that is done without being asked for, on whatever machine.
    assert fix_spec(TEAM_FILE, machine=machine).data == TEAM_FILE


@pytest.mark.parametrize("case", ["no-gpu", "cuda-12"])
def test_the_rewrite_for_the_machine_brings_the_build_for_it(case: str, tmp_path: Path) -> None:
    major, text = ON_MACHINES[case]
    chosen = solved(text, tmp_path, machine={"__cuda": "12.9=0"} if major else {})
    assert chosen["pytorch"].startswith("cuda12" if major else "cpu")


def solved(text: str, folder: Path, *, machine: dict[str, str]) -> dict[str, str]:
    """Name to build, on real records."""
    channels = [records_channel(name) for name in ("conda-forge", "conda-forge-reduced")]
    if None in channels:
        pytest.skip("needs the real records")
    spec = parse_spec(text.encode()).spec
    assert spec is not None
    # The records have torchaudio in one version for one Python, which is not the team's, and
    # torchvision as a CUDA build for Python 3.12 and 3.13 only.
    lacking = {"torchaudio"} | ({"torchvision"} if machine else set())
    asked = [line for line in spec.dependencies if line not in lacking]
    urls = [channel.as_uri() for channel in channels if channel is not None]
    with asking(folder, *urls) as asker:
        solution = asker.solve(*asked, machine=machine, priority="disabled")
    return {name: text.partition("=")[2] for name, text in builds(solution).items()}


def test_the_fixed_file_can_be_solved(tmp_path: Path) -> None:
    channels = [records_channel(name) for name in ("conda-forge", "conda-forge-reduced")]
    if None in channels:
        pytest.skip("needs the real records")
    spec = parse_spec(FIXED.encode()).spec
    assert spec is not None
    # The records have torchaudio in one version for one Python, which is not the team's.
    asked = [line for line in spec.dependencies if line != "torchaudio"]
    urls = [channel.as_uri() for channel in channels if channel is not None]
    with asking(tmp_path, *urls) as asker:
        solution = asker.solve(*asked, machine={"__cuda": "12.9=0"}, priority="disabled")

    chosen = versions(solution.records)
    assert chosen["python"].startswith("3.10.")
    assert chosen["transformers"] == "4.35.0"
    assert {"pytorch", "torchvision", "datasets", "jupyter", "cuda-version"} <= solution.names
    assert "cudatoolkit" not in solution.names
