"""Which dependencies a set of locked packages does not fulfil."""

from __future__ import annotations

from collections.abc import Sequence

from rattler import MatchSpec, PackageRecord
from rattler.package import BuildString

from jupyter_envs.lock import LockedPackage
from jupyter_envs.spec import split_dependency, text_for_solver

from .dependencies import clean_dependency


def unsatisfied(dependencies: Sequence[str], packages: Sequence[LockedPackage]) -> tuple[str, ...]:
    """The ``dependencies`` that no conda package among ``packages`` fulfils, as written, but
    without logins.

    The channel a dependency names is not compared: a lock may hold a mirror's addresses.
    Raises MatchSpecInvalid.
    """
    known = {p.name: p for p in packages if p.manager == "conda"}
    return tuple(
        clean_dependency(text) for text in dependencies if not _fulfilled(text, known, packages)
    )


def _fulfilled(
    text: str, known: dict[str, LockedPackage], packages: Sequence[LockedPackage]
) -> bool:
    dependency = split_dependency(text)
    if dependency.name is None:
        file_name = (dependency.url or "").partition("#")[0].rpartition("/")[2]
        return any(p.manager == "conda" and p.file_name == file_name for p in packages)
    package = known.get(dependency.name)
    if package is None:
        return False
    wanted = MatchSpec(text_for_solver(text).rpartition("::")[2], strict=False)
    return wanted.matches(_record(package))


def _record(package: LockedPackage) -> PackageRecord:
    return PackageRecord(
        name=package.name,
        version=package.version,
        build=BuildString(package.build),
        build_number=0,
        subdir=package.url.rsplit("/", 2)[1],
        sha256=bytes.fromhex(package.sha256),
        md5=bytes.fromhex(package.md5) if package.md5 else None,
    )
