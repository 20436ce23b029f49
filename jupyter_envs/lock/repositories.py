"""Packages that are built from a commit of a repository: pinned, and without a hash.

The commit names every byte of the source; of the wheel that its build backend makes there is no
hash before it is made, and another machine may make another. So a lock says which they are. They
stand in it as conda-lock has them: the address ends in the commit, and the commit stands where
other packages have their sha256.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from .model import Lock, LockedPackage

_PREFIX = "unhashed."
_DEFAULT = "HEAD"
_ADDRESS = re.compile(
    r"git\+(?P<url>(?P<scheme>https|ssh|file)://[^?#]+)@(?P<commit>[0-9a-f]{40})"
    r"(?:#subdirectory=(?P<subdirectory>[\w.][\w./%-]*))?"
)


class UnhashedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A package of a lock that is pinned to a ``commit`` of ``repository`` and has no hash.

    ``revision`` is the branch or tag that was asked for, empty for the default branch.
    """

    name: str
    version: str
    repository: str
    commit: str
    revision: str = ""
    subdirectory: str = ""


def commit_address(url: str, commit: str, subdirectory: str = "") -> str:
    """The address of a commit, as a lock has it."""
    return f"git+{url}@{commit}" + (f"#subdirectory={subdirectory}" if subdirectory else "")


def repository_of(package: LockedPackage) -> UnhashedPackage | None:
    """Where a package is built from; None for one that has a file and a hash."""
    found = _ADDRESS.fullmatch(package.url) if package.manager == "pip" else None
    if found is None:
        return None
    return UnhashedPackage(
        name=package.name,
        version=package.version,
        repository=found["url"],
        commit=found["commit"],
        revision=package.revision,
        subdirectory=found["subdirectory"] or "",
    )


def unhashed(packages: Iterable[LockedPackage]) -> tuple[UnhashedPackage, ...]:
    """Those of ``packages`` that no hash verifies, by name."""
    found = (repository_of(package) for package in packages)
    return tuple(sorted((one for one in found if one), key=lambda one: one.name))


def unhashed_metadata(lock: Lock) -> dict[str, str]:
    """What the lock's ``custom_metadata`` says of them: what was asked for, by platform."""
    return {
        f"{_PREFIX}{p.platform}.{p.name}": p.revision or _DEFAULT
        for p in lock.packages
        if repository_of(p) is not None
    }


def with_revisions(lock: Lock) -> Lock:
    """The lock as it was read, with that taken from its ``custom`` to where it belongs."""
    said = {key: text for key, text in lock.custom.items() if key.startswith(_PREFIX)}
    if not said:
        return lock
    rest = {key: text for key, text in lock.custom.items() if key not in said}
    packages = tuple(_with_revision(package, said) for package in lock.packages)
    return replace(lock, custom=rest, packages=packages)


def _with_revision(package: LockedPackage, said: Mapping[str, str]) -> LockedPackage:
    revision = said.get(f"{_PREFIX}{package.platform}.{package.name}", _DEFAULT)
    if revision == _DEFAULT or repository_of(package) is None:
        return package
    return replace(package, revision=revision)
