"""What holds for every lock."""

from __future__ import annotations

import random

import msgspec
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.lock import (
    Lock,
    LockedPackage,
    diff,
    emit_lock,
    in_order,
    lock_digest,
    make_plan,
    parse_lock,
)
from jupyter_envs.lock.scalars import scalar

from .sample import conda
from .strategies import PLATFORMS, locks, names, printable, two_locks, versions

# No deadline: a busy machine is no failure.
RELAXED = settings(max_examples=50, deadline=None)


def _shuffled(lock: Lock, seed: int) -> Lock:
    chance = random.Random(seed)
    packages, platforms = list(lock.packages), list(lock.platforms)
    chance.shuffle(packages)
    chance.shuffle(platforms)
    return msgspec.structs.replace(lock, packages=tuple(packages), platforms=tuple(platforms))


@RELAXED
@given(locks())
def test_what_is_written_is_read_back(lock: Lock) -> None:
    assert parse_lock(emit_lock(lock), file="conda-lock.yml") == in_order(lock)


@RELAXED
@given(locks(), st.integers())
def test_order_of_packages_and_platforms_changes_no_byte(lock: Lock, seed: int) -> None:
    assert emit_lock(_shuffled(lock, seed)) == emit_lock(lock)


@RELAXED
@given(locks(), st.integers())
def test_digest_is_of_the_packages_only(lock: Lock, seed: int) -> None:
    moved = msgspec.structs.replace(
        _shuffled(lock, seed),
        channels=("mirror",),
        custom={},
        content_hash={},
        packages=tuple(
            msgspec.structs.replace(p, url=f"https://mirror.example.org/x/{p.url.split('/')[-1]}")
            for p in lock.packages
        ),
    )
    for platform in PLATFORMS:
        assert lock_digest(moved, platform) == lock_digest(lock, platform)


_CHANGES = {
    "name": {"name": "other"},
    "version": {"version": "9.9.9"},
    "build": {"url": "https://conda.anaconda.org/conda-forge/linux-64/numpy-1.0.0-other_1.conda"},
    "sha256": {"sha256": "0" * 64},
    "manager": {"manager": "pip"},
}


@RELAXED
@given(st.sampled_from(sorted(_CHANGES)), st.lists(names, max_size=3, unique=True))
def test_digest_differs_when_a_package_does(change: str, others: list[str]) -> None:
    rest = tuple(conda(name) for name in others if name not in {"numpy", "other"})
    package = conda("numpy")

    def digest(one: LockedPackage) -> str:
        lock = Lock(platforms=("linux-64",), channels=(), packages=(one, *rest))
        return lock_digest(lock, "linux-64")

    assert digest(msgspec.structs.replace(package, **_CHANGES[change])) != digest(package)


@RELAXED
@given(st.one_of(printable, names, versions))
def test_a_scalar_is_text_for_a_yaml_1_1_reader(text: str) -> None:
    assert yaml.safe_load(f"key: {scalar(text)}\n") == {"key": text}
    if text:
        assert yaml.safe_load(f"{scalar(text)}: value\n") == {text: "value"}


@RELAXED
@given(two_locks(), st.sampled_from(PLATFORMS))
def test_plan_accounts_for_every_package(both: tuple[Lock, Lock], platform: str) -> None:
    before, after = both
    plan = make_plan(before, after, platform, sizes={})
    changes = diff(before, after, platform)
    assert len(plan.keep) + len(plan.link) == len(after.for_platform(platform))
    assert len(plan.keep) + len(plan.unlink) == len(before.for_platform(platform))
    assert len(plan.keep) == changes.kept
    nothing = not (changes.added or changes.removed or changes.changed)
    assert nothing == (lock_digest(before, platform) == lock_digest(after, platform))
