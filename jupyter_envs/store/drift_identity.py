"""Which packages are not those of the lock: conda's records and Python's distributions.

The sign of pip over conda: a record whose metadata is gone, and a distribution of that name
which no record owns. (conda's record stays as it was, and so does what ``conda list`` says.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from jupyter_envs.lock import LockedPackage, Manager

from .drift_content import differs_from_record
from .drift_installed import (
    CondaRecord,
    Distribution,
    Origin,
    commit,
    conda_records,
    distributions,
    exact_version,
    folded,
    has_metadata,
    installer,
    origin,
    owned_folders,
    was_requested,
)
from .drift_model import Verdict, in_order

_COMMIT_LENGTH = 40


class Expected(msgspec.Struct, frozen=True, array_like=True):
    """One package of the lock, as far as it can be compared; ``sha256`` is empty, and
    ``editable`` may be true, of what an adopted environment has beside its lock. It is a commit
    of what is built from a repository."""

    manager: Manager
    name: str
    version: str
    build: str
    sha256: str
    editable: bool = False

    @property
    def is_commit(self) -> bool:
        """Whether no file is known by its hash, but a commit."""
        return len(self.sha256) == _COMMIT_LENGTH

    @classmethod
    def of(cls, package: LockedPackage) -> Expected:
        """From an entry of the lock."""
        return cls(package.manager, package.name, package.version, package.build, package.sha256)


def identity_verdicts(prefix: Path, expected: Iterable[Expected]) -> tuple[Verdict, ...]:
    """What is different from the lock; no package's own files are read."""
    conda: dict[str, Expected] = {}
    pip: dict[str, Expected] = {}
    for one in expected:
        if one.manager == "conda":
            conda[one.name] = one
        else:
            pip[folded(one.name)] = one
    records = conda_records(prefix)
    found = [*_conda(conda, records), *_Python(prefix, conda, pip, records).verdicts()]
    return in_order(found)


def _conda(
    expected: Mapping[str, Expected], records: Mapping[str, CondaRecord]
) -> Iterator[Verdict]:
    for name, record in records.items():
        code, before, after = _compared(expected.get(name), record)
        if code is not None:
            yield Verdict(
                code=code,
                package=name,
                manager="conda",
                before=before,
                after=after,
                requested=record.requested,
            )
    for name in expected.keys() - records.keys():
        yield Verdict(code="removed", package=name, manager="conda", before=expected[name].version)


def _compared(
    locked: Expected | None, record: CondaRecord
) -> tuple[str | None, str | None, str | None]:
    if locked is None:
        return "added_by_conda", None, record.version
    if locked.version != record.version:
        return "version_changed", locked.version, record.version
    if locked.build != record.build:
        return "build_changed", locked.build, record.build
    if record.sha256 and locked.sha256 and record.sha256 != locked.sha256:
        return "hash_mismatch", locked.version, record.version
    return None, None, None


class _Python:
    """The distributions, and whose they are."""

    def __init__(
        self,
        prefix: Path,
        conda: Mapping[str, Expected],
        pip: Mapping[str, Expected],
        records: Mapping[str, CondaRecord],
    ) -> None:
        self._prefix = prefix
        self._pip = pip
        owners = owned_folders(records)
        present = [one for one in distributions(prefix) if has_metadata(prefix, one)]
        folders = {one.folder for one in present}
        self._unowned = [one for one in present if one.folder not in owners]
        self._owned = [(one, owners[one.folder]) for one in present if one.folder in owners]
        #: Records that lost a distribution, by its name.
        self._lost = {
            _name_in(folder): record
            for folder, record in owners.items()
            if folder not in folders and record.name in conda
        }

    def verdicts(self) -> Iterator[Verdict]:
        replaced = {one.name for one in self._unowned if one.name in self._lost}
        for one in self._unowned:
            verdict = self._of_unowned(one)
            if verdict is not None:
                yield verdict
        gone = {r.name: r for name, r in self._lost.items() if name not in replaced}
        still = {self._lost[name].name for name in replaced}
        for name in gone.keys() - still:
            yield Verdict(code="removed", package=name, manager="conda", before=gone[name].version)
        yield from self._missing_from_pip()
        yield from self._reinstalled()

    def _of_unowned(self, one: Distribution) -> Verdict | None:
        came_from = origin(self._prefix, one)
        loser, locked = self._lost.get(one.name), self._pip.get(one.name)
        if loser is not None:
            return self._verdict(
                "pip_replaced_conda", one, came_from, package=loser.name, before=loser.version
            )
        if locked is not None:
            return self._of_locked(one, locked, came_from)
        twin = next((record for other, record in self._owned if other.name == one.name), None)
        if twin is not None:
            return self._verdict(
                "two_versions", one, came_from, package=twin.name, before=twin.version
            )
        return self._verdict(_kind(came_from), one, came_from)

    def _of_locked(
        self, one: Distribution, locked: Expected, came_from: Origin | None
    ) -> Verdict | None:
        if came_from is not None and came_from.editable and not locked.editable:
            return self._verdict("editable", one, came_from, before=locked.version)
        if one.version != locked.version and exact_version(self._prefix, one) != locked.version:
            return self._verdict("version_changed", one, came_from, before=locked.version)
        if locked.is_commit and commit(self._prefix, one) != locked.sha256:
            return self._verdict("hash_mismatch", one, came_from, before=locked.version)
        return None

    def _verdict(
        self,
        code: str,
        one: Distribution,
        came_from: Origin | None,
        *,
        package: str | None = None,
        before: str | None = None,
    ) -> Verdict:
        return Verdict(
            code=code,
            package=package or one.name,
            manager="pip",
            before=before,
            after=exact_version(self._prefix, one),
            origin=came_from.place if came_from else None,
            requested=was_requested(self._prefix, one),
            distribution=one.name,
        )

    def _missing_from_pip(self) -> Iterator[Verdict]:
        there = {one.name for one in self._unowned}
        owned = {one.name: one for one, _ in self._owned}
        for name in self._pip.keys() - there:
            before = self._pip[name].version
            now = owned.get(name)
            code = "removed" if now is None else "conda_replaced_pip"
            after = now.version if now else None
            yield Verdict(
                code=code,
                package=name,
                manager="pip",
                before=before,
                after=after,
                distribution=name,
            )

    def _reinstalled(self) -> Iterator[Verdict]:
        """pip put the same version over conda's: only its list of files is another one."""
        for one, record in self._owned:
            # Some packages are shipped with another tool's name in it.
            if installer(self._prefix, one) in ("", "conda"):
                continue
            if differs_from_record(self._prefix, record, f"{one.folder}/RECORD"):
                yield self._verdict(
                    "pip_replaced_conda",
                    one,
                    origin(self._prefix, one),
                    package=record.name,
                    before=record.version,
                )


def _name_in(folder: str) -> str:
    return folded(folder.rpartition("/")[2].partition("-")[0])


def _kind(came_from: Origin | None) -> str:
    if came_from is None:
        return "pip_added"
    return "editable" if came_from.editable else "pip_local"
