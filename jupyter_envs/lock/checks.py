"""What every lock must fulfil, whether it was read or is about to be written.

Names, versions and build strings: CEP 26 for conda, PEP 440 and 503 for pip, a little wider
where published packages are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from jupyter_envs.errors import LockInvalid

from .model import Lock, LockedPackage
from .repositories import repository_of
from .urls import channel_problem, url_problem

MAX_KEY = 256
"""Longest key of a mapping; YAML itself ends at 1024."""

_NAMES = {
    "conda": re.compile(r"[a-z0-9_][a-z0-9._-]{0,127}"),
    "pip": re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?"),
}
_VERSIONS = {
    "conda": re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+!]{0,127}"),
    "pip": re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,127}"),
}
_BUILD_AND_SUFFIX = re.compile(r"[A-Za-z0-9._+]{1,128}\.(?:conda|tar\.bz2)")
_PLATFORM = re.compile(r"[a-z0-9]{1,32}-[a-z0-9]{1,32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REVISION = re.compile(r"[A-Za-z0-9_][\w./+-]{0,255}")
_MD5 = re.compile(r"[0-9a-f]{32}")
_ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:[/\\]")


def check_lock(lock: Lock, *, file: str, lines: Sequence[int] = ()) -> None:
    """Raises LockInvalid for the first thing in ``lock`` that must not be in one.

    ``lines`` are the lines of the packages in ``file``, when it was read from there.
    """
    _check_metadata(lock, file)
    known: dict[tuple[str, ...], int] = {}
    for index, package in enumerate(lock.packages):
        line = lines[index] if lines else None
        problem = package_problem(package)
        if problem is None and package.platform not in lock.platforms:
            problem = f"its platform {_show(package.platform)} is not one of the lock's"
        if problem is None and known.setdefault((package.platform, *package.key), index) != index:
            problem = "it is in the lock twice"
        if problem is not None:
            place = "" if line is None else f", line {line}"
            what = f"package {_show(package.name)} ({_show(package.platform)}{place})"
            raise LockInvalid(file=file, reason=f"{what}: {problem}", line=line)


def package_problem(package: LockedPackage) -> str | None:
    """Why a lock may not hold this package, or None."""
    return (
        url_problem(package.url, package.manager)
        or _identity_problem(package)
        or _file_name_problem(package)
        or _text_problem(package.dependencies, "dependencies")
    )


def _identity_problem(package: LockedPackage) -> str | None:
    if package.manager not in _NAMES:
        return f"its manager {_show(package.manager)} is neither conda nor pip"
    if not _NAMES[package.manager].fullmatch(package.name) or ".." in package.name:
        return "its name is not a package's name"
    if not _VERSIONS[package.manager].fullmatch(package.version):
        return f"its version {_show(package.version)} is not a version"
    repository = repository_of(package)
    if repository is not None and package.sha256 != repository.commit:
        return "its hash is not the commit that its URL names"
    if package.revision and not (repository and _REVISION.fullmatch(package.revision)):
        return "the branch or tag it was asked for by is none"
    if repository is None and not _SHA256.fullmatch(package.sha256):
        return "its sha256 is not 64 hexadecimal digits"
    if package.md5 is not None and not _MD5.fullmatch(package.md5):
        return "its md5 is not 32 hexadecimal digits"
    return None


def _file_name_problem(package: LockedPackage) -> str | None:
    name = package.file_name
    if package.manager == "pip":
        return _wheel_problem(package, name) if name.endswith(".whl") else None
    start = f"{package.name}-{package.version}-"
    if name.startswith(start) and _BUILD_AND_SUFFIX.fullmatch(name, len(start)):
        return None
    return f"its URL ends in {_show(name)}, which is not a file of {package.name} {package.version}"


def _wheel_problem(package: LockedPackage, file_name: str) -> str | None:
    other = f"its URL ends in {_show(file_name)}, which is not a wheel of {package.name}"
    try:
        name, version, _, _ = parse_wheel_filename(file_name)
        if name == canonicalize_name(package.name) and version == Version(package.version):
            return None
    except (InvalidWheelFilename, InvalidVersion):
        return other
    return f"{other} {package.version}"


def _check_metadata(lock: Lock, file: str) -> None:
    for problem in _metadata_problems(lock):
        if problem is not None:
            raise LockInvalid(file=file, reason=problem)


def _metadata_problems(lock: Lock) -> Iterable[str | None]:
    if not lock.platforms:
        yield "it names no platform"
    for platform in lock.platforms:
        if not _PLATFORM.fullmatch(platform):
            yield f"{_show(platform)} is not a platform"
    if len(set(lock.platforms)) != len(lock.platforms):
        yield "it names a platform twice"
    for number, channel in enumerate(lock.channels, start=1):
        problem = channel_problem(channel)
        yield None if problem is None else f"channel {number}: {problem}"
    for source, digest in lock.inputs.items():
        if _ABSOLUTE.match(source):
            yield "its source files are not given relative to it"
        if not _SHA256.fullmatch(digest):
            yield f"the sha256 of its source {_show(source)} is not 64 hexadecimal digits"
    yield _text_problem(lock.inputs, "sources")
    yield _text_problem(lock.inputs_md5, "sources")
    yield _text_problem(lock.content_hash, "content_hash")
    yield _text_problem(lock.custom, "custom_metadata")


def _text_problem(texts: dict[str, str], what: str) -> str | None:
    for key, value in texts.items():
        if not key or len(key) > MAX_KEY or not key.isprintable() or not value.isprintable():
            return f"{what} have a name or a value that is not plain text: {_show(key)}"
    return None


def _show(text: str) -> str:
    """Quoted, short, and without control characters, for a message."""
    return ascii(text if len(text) <= 80 else text[:77] + "...")
