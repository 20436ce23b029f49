"""The lines a lock was made from, in the lock: how a spec differs from the one it was then."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.lock import (
    Lock,
    added_by_us,
    declared,
    emit_lock,
    line_changes,
    parse_lock,
    with_asked,
    with_declared,
)
from jupyter_envs.spec import Spec

from .sample import demo
from .strategies import names

BASE = Spec(
    channels=("conda-forge",),
    dependencies=("python=3.10", "numpy >=1.26", "scipy"),
    pip=("torch==2.5.1", "--extra-index-url https://me:secret@host/simple"),
)


def changed(after: Spec, before: Spec = BASE) -> list[str] | None:
    lock = parse_lock(emit_lock(with_asked(demo(), before)), file="conda-lock.yml")
    found = line_changes(lock, after)
    return None if found is None else [change.text for change in found]


def spec(**parts: tuple[str, ...]) -> Spec:
    return msgspec.structs.replace(BASE, **parts)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (spec(), []),
        (spec(dependencies=("scipy", "numpy  >=1.26", "python=3.10")), []),
        (spec(dependencies=("python=3.10", "scipy")), ["- numpy >=1.26"]),
        (spec(dependencies=(*BASE.dependencies, "tqdm")), ["+ tqdm"]),
        (
            spec(dependencies=("python=3.11", "numpy >=1.26", "scipy")),
            ["~ python=3.10 -> python=3.11"],
        ),
        (
            spec(pip=("torch==2.6", BASE.pip[1])),
            ["~ pip: torch==2.5.1 -> torch==2.6"],
        ),
        (
            spec(channels=("bioconda", "conda-forge")),
            ["~ channels: conda-forge -> bioconda, conda-forge"],
        ),
        (spec(pip=("Torch==2.5.1",)), [
            "- pip: --extra-index-url https://***@host/simple",
            "~ pip: torch==2.5.1 -> Torch==2.5.1",
        ]),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_told(after: Spec, told: list[str]) -> None:
    assert changed(after) == told


def test_a_lock_of_another_program_does_not_tell() -> None:
    assert line_changes(demo(), BASE) is None


def test_no_login_gets_into_a_lock() -> None:
    assert b"secret" not in emit_lock(with_asked(demo(), BASE))


def test_what_was_added_is_no_line_of_the_spec() -> None:
    lock = with_asked(demo(), BASE, added=["ipykernel"])
    assert added_by_us(lock) == ("ipykernel",)
    assert line_changes(lock, BASE) == ()
    # Locked anew, it holds the new lines and none of the old ones.
    again = with_asked(lock, spec(dependencies=("python",)))
    assert added_by_us(again) == ()
    assert not any("numpy" in key for key in again.custom)


def test_targets_are_told_by_platform() -> None:
    lock = with_declared(demo(), "osx-arm64", ("__unix=0=0", "__osx=11.0=0"))
    assert declared(lock, "osx-arm64") == ("__osx=11.0=0", "__unix=0=0")
    assert declared(lock, "win-64") == ()


@settings(max_examples=50, deadline=None)
@given(st.lists(names, max_size=8, unique=True), st.integers())
def test_where_a_line_stands_changes_no_byte(lines: list[str], seed: int) -> None:
    shuffled = list(lines)
    random.Random(seed).shuffle(shuffled)

    def written(order: list[str]) -> bytes:
        asked = Spec(dependencies=tuple(order), pip=tuple(order))
        return emit_lock(with_asked(demo(), asked))

    assert written(shuffled) == written(lines)


@settings(max_examples=50, deadline=None)
@given(st.lists(names, min_size=1, max_size=8, unique=True))
def test_one_line_more_is_one_line_of_the_lock(lines: list[str]) -> None:
    def written(order: list[str]) -> set[bytes]:
        lock: Lock = with_asked(demo(), Spec(dependencies=tuple(order)))
        return set(emit_lock(lock).splitlines())

    assert len(written(lines) - written(lines[1:])) == 1
