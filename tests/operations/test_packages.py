"""The packages of an environment, read from its lock."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from jupyter_envs.lock import emit_lock, parse_lock
from jupyter_envs.operations import PackageView, packages_of
from jupyter_envs.store import Store, get_managed
from tests.lock.sample import demo
from tests.operations import publish


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "envs")


def made(store: Store, spec: str, lock: bytes, *, number: int = 1) -> dict[str, PackageView]:
    """The packages of an environment with these two files, by name."""
    files = publish(store, "demo", number)
    files.spec.write_text(spec)
    files.lock.write_bytes(lock)
    return {one.name: one for one in packages_of(get_managed(store, "demo"))}


def test_every_package_of_the_platform_conda_first_by_name(store: Store) -> None:
    lock = demo()

    found = made(store, "dependencies: []\n", emit_lock(lock))

    locked = lock.for_platform("linux-64")
    assert list(found) == [one.name for one in locked]
    managers = [one.manager for one in found.values()]
    assert managers == sorted(managers)
    for package in locked:
        view = found[package.name]
        assert (view.version, view.build) == (package.version, package.build)
        assert (view.channel is None) == (package.manager == "pip")
        assert view.requested is False
        if view.channel is not None:
            assert package.url.startswith(f"{view.channel}/")


def test_what_the_spec_names_is_requested(store: Store) -> None:
    lock = demo()
    conda, *_ = (one for one in lock.packages if one.manager == "conda")
    pip, *_ = (one for one in lock.packages if one.manager == "pip")
    lines = [f"conda-forge::{conda.name.upper()} >=1", {"pip": [f"{pip.name.upper()}[extra]>=1"]}]
    spec = json.dumps({"dependencies": lines})

    found = made(store, spec, emit_lock(lock))

    assert {name for name, one in found.items() if one.requested} == {conda.name, pip.name}


def test_a_generation_that_takes_the_place_of_another_is_read_anew(store: Store) -> None:
    lock = emit_lock(demo())
    before = made(store, "dependencies: []\n", lock)
    first = next(iter(before))
    fewer = parse_lock(lock, file="lock")
    rest = tuple(one for one in fewer.packages if one.name != first)
    smaller = emit_lock(msgspec.structs.replace(fewer, packages=rest))

    after = made(store, "dependencies: []\n", smaller)

    assert set(before) - set(after) == {first}
