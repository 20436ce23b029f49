"""conda-lock's own models read what we write, agree with it, and write what we read."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from jupyter_envs.lock import (
    Lock,
    LockedPackage,
    emit_lock,
    lock_digest,
    parse_lock,
    with_asked,
    with_declared,
    with_input,
)
from jupyter_envs.spec import Spec
from tests.support.conda_lock import ask_conda_lock

from .sample import demo

SPEC = Spec(name="demo", channels=("conda-forge",), dependencies=("python=3.10",), pip=("torch",))


@pytest.fixture(scope="module")
def made() -> Lock:
    lock = with_asked(with_input(demo(), "environment.yml", b"name: demo\n"), SPEC)
    for platform in lock.platforms:
        lock = with_declared(lock, platform, ("__glibc=2.28=0", "__unix=0=0"))
    return lock


@pytest.fixture(scope="module")
def asked(made: Lock, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], bytes]:
    """What conda-lock answers, and the file that it writes."""
    folder = tmp_path_factory.mktemp("conda-lock")
    (folder / "conda-lock.yml").write_bytes(emit_lock(made))
    again = folder / "again-lock.yml"
    try:
        answer = ask_conda_lock(folder / "conda-lock.yml", again)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"needs the package index once: {error}")
    return answer, again.read_bytes()


def test_every_package_is_the_same(made: Lock, asked: tuple[dict[str, Any], bytes]) -> None:
    theirs = {tuple(map(str, row)) for row in asked[0]["packages"]}
    assert theirs == {tuple(map(str, _row(package))) for package in made.packages}


def _row(p: LockedPackage) -> tuple[object, ...]:
    return p.manager, p.name, p.version, p.platform, p.url, p.sha256, p.md5, p.dependencies


def test_what_is_said_of_the_lock_is_the_same(
    made: Lock, asked: tuple[dict[str, Any], bytes]
) -> None:
    metadata = asked[0]["metadata"]
    assert sorted(metadata["platforms"]) == sorted(made.platforms)
    assert [channel["url"] for channel in metadata["channels"]] == list(made.channels)
    assert metadata["content_hash"] == made.content_hash
    assert metadata["custom_metadata"] == made.custom
    assert (
        metadata["inputs_metadata"]["environment.yml"]["sha256"] == made.inputs["environment.yml"]
    )
    assert metadata["sources"] == ["environment.yml"]


def test_what_conda_lock_writes_is_the_same_lock(
    made: Lock, asked: tuple[dict[str, Any], bytes]
) -> None:
    again = parse_lock(asked[1], file="again-lock.yml")
    for platform in made.platforms:
        assert lock_digest(again, platform) == lock_digest(made, platform)
