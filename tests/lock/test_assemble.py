"""Locks made from locks, and the digest's definition."""

from __future__ import annotations

import hashlib

import jupyter_envs.lock
from jupyter_envs.lock import lock_digest, parse_lock, with_packages

from .sample import conda, lock, pip


def test_packages_are_added_or_replaced() -> None:
    made = with_packages(
        lock(conda("numpy", "1.0"), pip("rich")), [conda("numpy", "2.0"), pip("Rich", "2.0")]
    )
    assert [(p.name, p.version) for p in made.packages] == [("numpy", "2.0"), ("Rich", "2.0")]


def test_a_platform_comes_with_its_packages() -> None:
    made = with_packages(lock(conda("numpy")), [conda("numpy", platform="osx-arm64")])
    assert made.platforms == ("linux-64", "osx-arm64")
    assert len(made.packages) == 2


def test_the_digest_is_what_it_is_defined_to_be() -> None:
    made = lock(pip("rich", "14.0"), conda("numpy", "2.0", "py312_0"))
    rows = [
        f"conda\0numpy\0{'2.0'}\0py312_0\0{made.packages[1].sha256}",
        f"pip\0rich\0{'14.0'}\0\0{made.packages[0].sha256}",
    ]
    assert lock_digest(made, "linux-64") == hashlib.sha256("\n".join(rows).encode()).hexdigest()


def test_the_public_names_are_sorted_and_exist() -> None:
    names = jupyter_envs.lock.__all__
    assert names == sorted(names)
    assert all(hasattr(jupyter_envs.lock, name) for name in names)
    assert parse_lock in vars(jupyter_envs.lock).values()
