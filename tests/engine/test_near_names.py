"""Suggestions for names and versions that do not exist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rattler import MatchSpec, PackageRecord, RepoDataRecord
from rattler.package import BuildString

from jupyter_envs.engine.near_names import (
    Line,
    Unknown,
    joined,
    missing_version,
    near_names,
    near_version,
    newest_first,
    some,
    where_to_look,
)

NAMES = {
    "numpy", "numba", "mpi", "pandas", "scikit-learn", "scikit-image", "pytorch", "opencv",
    "r-tidyverse", "r-base", "matplotlib", "python-duckdb", "beautifulsoup4", "orc", "pillow",
}  # fmt: skip
URL = "https://conda.anaconda.org/conda-forge/"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("numpi", "numpy"),
        ("nupmy", "numpy"),
        ("pandsa", "pandas"),
        ("matplotib", "matplotlib"),
        ("sklearn", "scikit-learn"),
        ("scikit_learn", "scikit-learn"),
        ("torch", "pytorch"),
        ("opencv-python", "opencv"),
        ("cv2", "opencv"),
        ("PIL", "pillow"),
        ("tidyverse", "r-tidyverse"),
        ("duckdb", "python-duckdb"),
        ("bs4", "beautifulsoup4"),
    ],
)
def test_the_likeliest_name_comes_alone(written: str, meant: str) -> None:
    assert near_names(written, NAMES) == [meant]


def test_nothing_is_made_up() -> None:
    assert near_names("zzz-not-a-package", NAMES) == []
    assert near_names("torch", {"numpy"}) == []


@given(st.text(max_size=12), st.sets(st.text(min_size=1, max_size=12), max_size=20))
def test_a_suggestion_is_always_a_name_that_exists(name: str, names: set[str]) -> None:
    assert set(near_names(name, names)) <= names - {name}


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [("1.26", "1.26.4"), ("1.25", "1.24.0"), ("9", "2.10.0"), ("0.1", "1.0"), (None, "2.10.0")],
)
def test_the_nearest_version(wanted: str | None, nearest: str) -> None:
    assert near_version(wanted, ["2.10.0", "2.9.0", "1.26.4", "1.26.0", "1.24.0", "1.0"]) == nearest


def test_versions_are_sorted_as_conda_does() -> None:
    assert newest_first(["1.9", "1.10", "1.10rc1", "1.9"]) == ["1.10", "1.10rc1", "1.9"]


def test_lists_in_words() -> None:
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"], "or") == "a, b or c"
    assert some([str(n) for n in range(12)], limit=3) == "0, 1, 2 and 9 older"
    assert some(["1", "2"]) == "1, 2"


def _records(*versions: tuple[str, str]) -> list[RepoDataRecord]:
    return [
        RepoDataRecord(
            PackageRecord(
                name="numpy",
                version=version,
                build=BuildString(build),
                build_number=0,
                subdir="linux-64",
            ),
            f"numpy-{version}-{build}.conda",
            f"{URL}linux-64/numpy-{version}-{build}.conda",
            URL,
        )
        for version, build in versions
    ]


def _missing(text: str, *versions: tuple[str, str]) -> dict[str, object] | None:
    line = Line(text, MatchSpec(text, strict=False))
    error = missing_version(line, {"numpy": _records(*versions)}, {URL: "conda-forge"})
    return None if error is None else error.as_dict()


def test_a_version_that_exists_is_no_error() -> None:
    assert _missing("numpy=1.26", ("1.26.4", "py312_0")) is None


def test_a_missing_version_names_the_others_and_a_line_to_paste() -> None:
    error = _missing("numpy=1.25", ("1.26.4", "py312_0"), ("1.24.0", "py312_0"))
    assert error is not None
    assert error["code"] == "version_not_found"
    assert error["message"] == (
        "'numpy=1.25' does not exist in conda-forge; the versions of numpy are: 1.26.4, 1.24.0"
    )
    assert error["hint"] == "The nearest that exists: numpy=1.24"


def test_a_missing_build_names_the_builds_of_that_version() -> None:
    error = _missing("numpy=1.26.4=nope*", ("1.26.4", "py312_0"), ("1.26.4", "py311_0"))
    assert error is not None
    assert error["code"] == "build_not_found"
    assert "the builds of numpy 1.26.4 are: py311_0, py312_0" in str(error["message"])
    assert error["hint"] == "For any build: numpy=1.26.4"


def test_several_unknown_names_are_told_together() -> None:
    hint = where_to_look(
        [
            Unknown("numpi", "numpi", near=("numpy",)),
            Unknown("pywin32", "pywin32", elsewhere=("win-64",)),
            Unknown("zzz", "zzz"),
        ]
    )
    assert hint == (
        "Not found: 'numpi' (did you mean 'numpy'?), 'pywin32' (it exists for win-64 only), "
        "'zzz' (nothing near). What is only on PyPI goes under 'pip:'."
    )
