"""Locks for machines that are not this one, on real records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.lock import Lock, declared, parse_lock
from tests.cli.refusals import call, refuse
from tests.support.records import records_channel
from tests.support.sandbox import Sandbox

PLATFORMS = ["linux-64", "osx-arm64", "win-64"]


@pytest.fixture(scope="module")
def forge() -> str:
    channel = records_channel("conda-forge")
    if channel is None:
        pytest.skip("needs the real records")
    return channel.as_uri()


@pytest.fixture(scope="module")
def person(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, forge: str
) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("platforms"), cache=shared_cache, channels=(forge,))
    yield sandbox
    sandbox.close()


def written(spec: Path) -> Lock:
    return parse_lock(spec.with_name("conda-lock.yml").read_bytes(), file="conda-lock.yml")


def by_name(lock: Lock, platform: str) -> dict[str, str]:
    return {p.name: p.file_name for p in lock.for_platform(platform)}


@pytest.fixture(scope="module")
def made(person: Sandbox) -> tuple[Path, dict[str, Any]]:
    spec = person.spec(
        "python=3.12", "numpy", pip=["tabulate", "charset-normalizer"], platforms=PLATFORMS
    )
    return spec, person.json("lock", spec)


def test_one_file_for_three_platforms(made: tuple[Path, dict[str, Any]]) -> None:
    spec, told = made
    lock = written(spec)
    assert list(lock.platforms) == PLATFORMS
    assert [one["platform"] for one in told["platforms"]] == PLATFORMS
    for platform in PLATFORMS:
        names = by_name(lock, platform)
        assert {"python", "numpy", "ipykernel", "tabulate"} <= set(names)
        packages = lock.for_platform(platform)
        subdirs = {p.url.split("/")[-2] for p in packages if p.manager == "conda"}
        assert subdirs == {platform, "noarch"}
    assert "vc14_runtime" in by_name(lock, "win-64")
    assert "vc14_runtime" not in by_name(lock, "osx-arm64")


def test_wheels_are_those_of_the_platform(made: tuple[Path, dict[str, Any]]) -> None:
    lock = written(made[0])
    wheels = {platform: by_name(lock, platform)["charset-normalizer"] for platform in PLATFORMS}
    assert "cp312" in wheels["linux-64"]
    assert "manylinux" in wheels["linux-64"]
    assert "macosx" in wheels["osx-arm64"]
    assert "win_amd64" in wheels["win-64"]
    assert len({by_name(lock, platform)["tabulate"] for platform in PLATFORMS}) == 1


def test_what_conda_brings_is_not_taken_from_pypi_too(made: tuple[Path, dict[str, Any]]) -> None:
    lock = written(made[0])
    for platform in PLATFORMS:
        pip = [p.name for p in lock.for_platform(platform) if p.manager == "pip"]
        assert sorted(pip) == ["charset-normalizer", "tabulate"]


def test_the_target_is_declared_and_remembered(
    person: Sandbox, made: tuple[Path, dict[str, Any]]
) -> None:
    lock = written(made[0])
    assert "__osx=11.0=0" in declared(lock, "osx-arm64")
    assert "__glibc=2.28=0" in declared(lock, "linux-64")
    assert not any(text.startswith("__cuda") for text in declared(lock, "linux-64"))

    spec = person.spec("python=3.12", "pytorch", name="gpu")
    place = spec.with_name("gpu.conda-lock.yml")
    person.run("lock", spec, "--output", place, "--platform", "linux-64", "--target", "__cuda=12.9")
    chosen = by_name(parse_lock(place.read_bytes(), file=""), "linux-64")["pytorch"]
    assert "cuda129" in chosen
    # Nothing is declared the second time: it is in the lock.
    assert person.json("lock", spec, "--platform", "linux-64")["changed"] is False
    person.run("lock", spec, "--target", "linux-64:__cuda=11.8")
    chosen = by_name(parse_lock(place.read_bytes(), file=""), "linux-64")["pytorch"]
    assert "cpu" in chosen


def test_a_lock_that_lacks_a_platform_does_not_agree(
    person: Sandbox, made: tuple[Path, dict[str, Any]]
) -> None:
    spec, _ = made
    assert person.json("lock", spec, "--check")["agrees"] is True
    done = call(person, "lock", spec, "--check", "--platform", "linux-aarch64", "--json")
    assert done.returncode == 1
    assert "linux-aarch64" in json.loads(done.stdout)["differences"]


@pytest.mark.parametrize(
    ("options", "mentions"),
    [
        (("--platform", "linux-65"), "'linux-65' is not a platform"),
        (("--target", "nowhere-64:__glibc=2.17"), "'nowhere-64' is not a platform"),
        (("--target", "__glibc=new"), "__glibc=new is not a virtual package"),
    ],
)
def test_what_is_no_platform_is_refused(
    person: Sandbox, options: tuple[str, ...], mentions: str
) -> None:
    spec = person.spec("python=3.12", name="wrong")
    refusal = refuse(person, "lock", spec, "--output", spec.with_name("wrong-lock.yml"), *options)
    assert mentions in refusal.message
    assert not spec.with_name("wrong-lock.yml").exists()


def test_a_target_that_is_no_virtual_package_is_usage(person: Sandbox) -> None:
    done = call(person, "lock", person.spec("python", name="wrong"), "--target", "glibc 2.17")
    assert done.returncode == 2
    assert "--target" in done.stderr
