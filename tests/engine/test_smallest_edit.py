"""The smallest change that makes a file solvable, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from jupyter_envs.engine.smallest_edit import (
    SuggestedEdit,
    describe,
    find_edits,
    loosened,
    with_version,
)

Solver = Callable[[tuple[str, ...]], Mapping[str, str] | None]


def solvable(*answers: tuple[set[str], dict[str, str]]) -> Solver:
    """A solver that knows which sets of lines have a solution."""

    def attempt(lines: tuple[str, ...]) -> Mapping[str, str] | None:
        return next((versions for wanted, versions in answers if set(lines) == wanted), None)

    return attempt


@pytest.mark.parametrize(
    ("line", "version", "replacement"),
    [
        ("python=3.13", "3.9.23", "python=3.9"),
        ("python 3.13.*", "3.9.23", "python=3.9"),
        ("python=3", "2.7.18", "python=2"),
        ("numpy==1.26.4", "2.3.5", "numpy==2.3.5"),
        ("pytorch>=2.12", "2.10.0", "pytorch>=2.10"),
        ("numpy<1.20", "2.3.5", "numpy<2.4"),
        ("numpy<=1.20", "2.3.5", "numpy<=2.3.5"),
        ("numpy>=1.19,<1.20", "2.3.5", "numpy=2.3"),
        ("conda-forge::numpy=1.26=py312*", "2.3.5", "conda-forge::numpy=2.3"),
        ("numpy[version='>=1']", "2.3.5", "numpy=2.3"),
    ],
)
def test_another_version_is_asked_for_in_the_same_manner(
    line: str, version: str, replacement: str
) -> None:
    assert with_version(line, version) == replacement


def test_a_line_without_restrictions_cannot_be_loosened() -> None:
    assert loosened("numpy") is None
    assert loosened("conda-forge::numpy") is None
    assert loosened("conda-forge::numpy >=1") == "conda-forge::numpy"
    assert loosened("jaxlib * *cuda*") == "jaxlib"


def test_one_line_is_given_another_version() -> None:
    attempt = solvable(({"numpy<1.20", "python"}, {"python": "3.9.23", "numpy": "1.19.5"}))
    edits = find_edits(("numpy<1.20", "python=3.13"), (1, 0), attempt)
    assert edits == ((SuggestedEdit("loosen", "python=3.13", "python=3.9", "3.9.23"),),)
    assert describe(edits) == "Changing 'python=3.13' to 'python=3.9' would solve it."


def test_alternatives_come_in_the_order_of_fault() -> None:
    attempt = solvable(
        ({"a=1", "b"}, {"a": "1.0", "b": "1.5"}), ({"a", "b=2"}, {"a": "2.0", "b": "2.0"})
    )
    edits = find_edits(("a=1", "b=2"), (1, 0), attempt)
    assert describe(edits) == (
        "Changing 'b=2' to 'b=1' would solve it; so would changing 'a=1' to 'a=2'."
    )


def test_a_line_outside_the_conflict_is_tried_only_when_those_inside_do_not_help() -> None:
    attempt = solvable(({"a=1", "b=2", "c"}, {"c": "3.1"}), ({"a", "b=2", "c=9"}, {"a": "4.0"}))
    assert find_edits(("a=1", "b=2", "c=9"), (0, 1), attempt)[0][0].line == "a=1"
    assert find_edits(("a=1", "b=2", "c=9"), (1,), attempt)[0][0].line == "a=1"
    only_c = solvable(({"a=1", "b=2", "c"}, {"c": "3.1"}))
    assert find_edits(("a=1", "b=2", "c=9"), (0, 1), only_c)[0][0].replacement == "c=3"


def test_two_lines_before_any_is_removed() -> None:
    attempt = solvable(({"a", "b", "c"}, {"a": "2.0", "b": "3.0"}), ({"b=1", "c"}, {"b": "1.0"}))
    edits = find_edits(("a=1", "b=1", "c"), (0, 1), attempt)
    assert [edit.replacement for edit in edits[0]] == ["a=2", "b=3"]


def test_a_line_is_removed_when_nothing_else_helps() -> None:
    edits = find_edits(("a", "b"), (0,), solvable(({"b"}, {"b": "1.0"})))
    assert edits == ((SuggestedEdit("remove", "a", None, None),),)
    assert describe(edits) == "Removing 'a' would solve it."


def test_a_build_restriction_is_dropped_without_inventing_a_version() -> None:
    edits = find_edits(("jaxlib * *cuda*",), (0,), solvable(({"jaxlib"}, {"jaxlib": "0.10.2"})))
    assert edits[0][0].replacement == "jaxlib"
    assert edits[0][0].outcome == "0.10.2"


def test_without_a_gpu_the_package_for_all_machines_is_offered() -> None:
    attempt = solvable(
        ({"pytorch", "cuda-version=12"}, {"pytorch": "2.5.1"}),
        ({"pytorch-gpu", "cuda-version"}, {"cuda-version": "11.1"}),
    )
    lines = ("pytorch-gpu", "cuda-version=12")
    edits = find_edits(lines, (0,), attempt, lacking="__cuda")
    assert edits == ((SuggestedEdit("change", "pytorch-gpu", "pytorch", "2.5.1"),),)
    # With the same file on a machine that has a GPU, that is no remedy to propose first.
    assert find_edits(lines, (0, 1), attempt)[0][0].line == "cuda-version=12"


def test_it_stops_after_its_tries_and_its_time() -> None:
    asked: list[tuple[str, ...]] = []

    def refuse(lines: tuple[str, ...]) -> None:
        asked.append(lines)

    lines = tuple(f"p{n}=1" for n in range(30))
    assert find_edits(lines, tuple(range(30)), refuse) == ()
    assert len(asked) == 40
    asked.clear()
    assert find_edits(lines, (0,), refuse, seconds=-1) == ()
    assert asked == []
