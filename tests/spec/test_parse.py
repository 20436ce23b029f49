"""Files that are right, and what becomes of them."""

from __future__ import annotations

import pytest

from jupyter_envs.errors import SpecInvalid
from jupyter_envs.spec import Spec, parse_spec, read_spec

from .samples import TEAM_FILE


def _spec(text: str) -> Spec:
    return read_spec(text.encode(), "environment.yml")


def test_the_file_of_a_team() -> None:
    parsed = parse_spec(TEAM_FILE, file="team.yml")
    assert parsed.file == "team.yml"
    assert parsed.spec == Spec(
        name="ai-dev-env",
        channels=("pytorch", "conda-forge", "defaults"),
        dependencies=(
            "python=3.10", "numpy", "pandas", "matplotlib", "jupyter", "pytorch::pytorch=2.0.1",
            "pytorch::torchvision", "pytorch::torchaudio", "cudatoolkit=11.8", "pip",
        ),
        pip=("transformers==4.35.0", "datasets"),
    )  # fmt: skip
    assert [(d.start.line, d.code) for d in parsed.diagnostics] == [
        (3, "channel_frozen"),
        (5, "channels_mixed"),
        (12, "package_frozen"),
        (13, "package_frozen"),
        (14, "package_frozen"),
        (15, "cudatoolkit_unused"),
        (18, "pip_has_conda"),
        (19, "pip_has_conda"),
    ]
    assert all(d.severity == "warning" and d.fix for d in parsed.diagnostics)


def test_scalars_stay_as_they_are_written() -> None:
    read = _spec(
        "name: 3.10\ndependencies: [python=3.10, no, on, y, 'null', 7zip]\n"
        "variables:\n  A: 010\n  B: yes\n  C: 1_000\n  D: 2024-01-01\n  E: ' x '\n  F:\n"
    )
    assert read.name == "3.10"
    assert read.dependencies == ("python=3.10", "no", "on", "y", "null", "7zip")
    assert read.variables == {
        "A": "010", "B": "yes", "C": "1_000", "D": "2024-01-01", "E": " x ", "F": "",
    }  # fmt: skip


def test_anchors_aliases_flow_and_block_texts() -> None:
    read = _spec(
        "channels: &c [a, b]\nplatforms: [linux-64]\n"
        "dependencies:\n  - &n numpy>=1\n  - |\n    scipy\n  - 'pandas'\n"
        "  - pip\n  - pip: [&t tqdm]\n"
    )
    assert read.channels == ("a", "b")
    assert read.dependencies == ("numpy>=1", "scipy", "pandas", "pip")
    assert read.pip == ("tqdm",)
    assert _spec("a: &x [numpy]\ndependencies: *x\n").dependencies == ("numpy",)


@pytest.mark.parametrize("text", ["name: x\n", "dependencies:\n", "dependencies: []\n"])
def test_without_dependencies_the_environment_is_empty(text: str) -> None:
    parsed = parse_spec(text.encode())
    assert parsed.spec is not None
    assert parsed.spec.dependencies == ()
    assert [d.severity for d in parsed.diagnostics] == ["warning"]


def test_pip_is_added_only_where_it_is_needed() -> None:
    assert _spec("dependencies:\n- a\n- pip:\n  - b\n").dependencies == ("a", "pip")
    assert _spec("dependencies:\n- pip=24\n- pip:\n  - b\n").dependencies == ("pip=24",)
    assert _spec("dependencies:\n- x::pip\n- pip:\n  - b\n").dependencies == ("x::pip",)
    assert _spec("dependencies:\n- a\n- pip: []\n").dependencies == ("a",)


def test_nodefaults_goes_and_the_order_of_channels_stays() -> None:
    read = _spec("channels: [b, nodefaults, a, b]\ndependencies: [x]\n")
    assert read.channels == ("b", "a")


def test_a_selector_in_a_comment_leaves_the_line_and_a_key_takes_it_out() -> None:
    read = _spec("dependencies:\n- a  # [win]\n- sel(win): b\n- c # issue [#12]\n")
    assert read.dependencies == ("a", "c")


def test_the_first_error_is_the_reason() -> None:
    text = b"name: x\ndependencies:\n  - dask[all]\n  - python: 3.10\n  - a=>1\n"
    with pytest.raises(SpecInvalid) as caught:
        read_spec(text, "team.yml")
    error = caught.value
    assert error.params["file"] == "team.yml"
    assert error.params["reason"].startswith("line 4: ")
    assert "python=3.10" in (error.hint or "")
    assert [d["code"] for d in error.details] == [
        "extras_ignored", "dependency_is_mapping", "match_spec_reversed",
    ]  # fmt: skip
    assert error.details[1]["start"] == {"line": 4, "column": 5}


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("python: 3.10", "python=3.10"),
        ("python: '>=3.10'", "python>=3.10"),
        ("numpy:", "- numpy'"),
    ],
)
def test_a_colon_gets_the_line_that_was_meant(line: str, advice: str) -> None:
    parsed = parse_spec(f"dependencies:\n  - {line}\n".encode())
    assert advice in parsed.diagnostics[0].message


def test_a_spec_does_not_show_secrets() -> None:
    read = _spec(
        "channels: ['https://u:hunter2@example.org/c']\ndependencies: [a]\n"
        "variables: {TOKEN: hunter3}\n"
    )
    assert "hunter" not in repr(read)
    assert "TOKEN" in repr(read)
    assert read.channels == ("https://u:hunter2@example.org/c",)
