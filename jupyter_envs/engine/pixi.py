"""A ``pixi.lock`` as a lock, read by py-rattler, which knows all of its versions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

from rattler import LockFile
from rattler.lock import Environment, LockPlatform, PypiLockedPackage

from jupyter_envs.errors import LockInvalid
from jupyter_envs.lock import Lock, LockedPackage, check_lock, commit_address, in_order

from .credentials import strip_url
from .records import locked_packages_of


def lock_from_pixi(data: bytes, *, file: str) -> Lock:
    """The environment ``default`` of a ``pixi.lock``, for all its platforms.

    Raises LockInvalid when it cannot be read, has no such environment, or holds what a lock may
    not: a package without sha256, a login.
    """
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-") as folder:
        path = Path(folder) / "pixi.lock"
        path.write_bytes(data)
        try:
            environment = LockFile.from_path(path).default_environment()
        except Exception as error:
            reason = str(error).replace(str(path), "it").replace("\n", " ")
            raise LockInvalid(file=file, reason=f"as a pixi.lock: {reason}") from error
        if environment is None:
            reason = "it is a pixi.lock without an environment called 'default'"
            raise LockInvalid(file=file, reason=reason)
        lock = _read(environment, file)
    check_lock(lock, file=file)
    return in_order(lock)


def _read(environment: Environment, file: str) -> Lock:
    packages: list[LockedPackage] = []
    platforms = list(environment.platforms())
    for platform in platforms:
        name = str(platform.name)
        records = environment.conda_repodata_records_for_platform(platform) or []
        packages += locked_packages_of(records, name)
        packages += _from_pypi(environment, platform, file)
    channels = tuple(strip_url(str(channel)).rstrip("/") for channel in environment.channels())
    names = tuple(str(platform.name) for platform in platforms)
    return Lock(platforms=names, channels=channels, packages=tuple(packages))


def _from_pypi(
    environment: Environment, platform: LockPlatform, file: str
) -> Iterator[LockedPackage]:
    for package in environment.pypi_packages_for_platform(platform) or []:
        at_commit = _at_commit(package.location)
        yield LockedPackage(
            name=package.name,
            version=_version(package, file),
            manager="pip",
            platform=str(platform.name),
            url=at_commit[0] if at_commit else package.location,
            sha256=at_commit[1] if at_commit else _sha256(package, file),
        )


def _at_commit(location: str) -> tuple[str, str] | None:
    """The address as our locks have it, and the commit; None for what is of no repository."""
    if not location.startswith("git+"):
        return None
    address, _, commit = location.partition("#")
    url, _, query = address.removeprefix("git+").partition("?")
    return commit_address(url, commit, parse_qs(query).get("subdirectory", [""])[0]), commit


def _version(package: PypiLockedPackage, file: str) -> str:
    if not package.version:
        raise LockInvalid(file=file, reason=f"{package.name}, from PyPI, has no version in it")
    return str(package.version)


def _sha256(package: PypiLockedPackage, file: str) -> str:
    hashes = package.hashes
    if hashes is None or hashes.sha256 is None:
        reason = f"{package.name}, from PyPI, has no sha256 to verify what is downloaded by"
        raise LockInvalid(file=file, reason=reason)
    return hashes.sha256.hex()
