"""The file of a team with its traps: once fixed, it can be solved."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.spec import fix_spec, parse_spec
from tests.engine.solving import asking, versions
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
