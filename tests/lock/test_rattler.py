"""py-rattler, a reader of its own, understands what we write."""

from __future__ import annotations

from pathlib import Path

import rattler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rattler.exceptions import InvalidVersionError
from rattler.explicit_environment import ExplicitEnvironmentSpec

from jupyter_envs.lock import Lock, LockedPackage, emit_explicit, emit_lock, lock_digest

from .sample import conda, demo, lock
from .strategies import conda_packages, versions


def _read(data: bytes, folder: Path) -> rattler.lock.Environment:
    path = folder / "conda-lock.yml"
    path.write_bytes(data)
    environment = rattler.LockFile.from_path(path).default_environment()
    assert environment is not None
    return environment


def _expected(made: Lock, platform: str, manager: str) -> set[tuple[str, ...]]:
    return {
        (p.name, p.version, p.build, p.url, p.sha256)
        for p in made.for_platform(platform)
        if p.manager == manager
    }


def _conda(environment: rattler.lock.Environment, platform: str) -> set[tuple[str, ...]]:
    (asked,) = [p for p in environment.platforms() if str(p.name) == platform]
    records = environment.conda_repodata_records_for_platform(asked) or []
    return {
        (
            record.name.normalized,
            str(record.version),
            str(record.build),
            record.url,
            record.sha256.hex() if record.sha256 else "",
        )
        for record in records
    }


def test_rattler_agrees_on_every_package_of_every_platform(tmp_path: Path) -> None:
    made = demo()
    environment = _read(emit_lock(made), tmp_path)
    for platform in made.platforms:
        assert _conda(environment, platform) == _expected(made, platform, "conda")
    (linux,) = [p for p in environment.platforms() if str(p.name) == "linux-64"]
    wheels = environment.pypi_packages_for_platform(linux) or []
    assert {
        (p.name, p.version, "", p.location, p.hashes.sha256.hex())
        for p in wheels
        if p.hashes is not None and p.hashes.sha256 is not None
    } == _expected(made, "linux-64", "pip")


def test_rattler_gets_the_dependencies(tmp_path: Path) -> None:
    made = lock(conda("python", depends={"openssl": ">=3,<4.0a0", "python_abi": "3.12.* *_cp312"}))
    environment = _read(emit_lock(made), tmp_path)
    (record,) = environment.conda_repodata_records_for_platform(environment.platforms()[0]) or []
    assert sorted(record.depends) == ["openssl >=3,<4.0a0", "python_abi 3.12.* *_cp312"]


# The lock's path is the same for all examples, which is what is wanted here.
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(conda_packages(), min_size=1, max_size=5, unique_by=lambda p: p.name), versions)
def test_rattler_agrees_on_texts_that_look_like_something_else(
    tmp_path: Path, packages: list[LockedPackage], custom: str
) -> None:
    made = lock(
        *(
            conda(p.name, p.version, p.build)
            for p in packages
            # A version rattler's stricter grammar has no reading for says nothing about YAML.
            if _is_version(p.version)
        ),
        custom={"value": custom},
    )
    environment = _read(emit_lock(made), tmp_path)
    assert _conda(environment, "linux-64") == _expected(made, "linux-64", "conda")


def _is_version(text: str) -> bool:
    try:
        rattler.Version(text)
    except InvalidVersionError:
        return False
    return True


def test_rattler_reads_the_explicit_file(tmp_path: Path) -> None:
    made = demo()
    path = tmp_path / "explicit.txt"
    path.write_bytes(emit_explicit(made, "linux-64"))
    read = ExplicitEnvironmentSpec.from_path(path)
    assert str(read.platform) == "linux-64"
    assert {tuple(package.url.split("#sha256:")) for package in read.packages} == {
        (p.url, p.sha256) for p in made.for_platform("linux-64") if p.manager == "conda"
    }
    assert lock_digest(made, "linux-64") in path.read_text()
