"""What can be different between a generation's lock and what lies on the disk now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from jupyter_envs.lock import Manager

#: What was looked at: which packages there are, or every byte of them.
DriftLevel = Literal["identity", "content"]

#: Every kind of difference, the worst first, with its sentence. ``before`` is what the lock has,
#: ``after`` what the disk has.
DRIFT: dict[str, str] = {
    "pip_replaced_conda": (
        "pip replaced the conda package {package} {before} by {after}; conda does not know"
    ),
    "two_versions": "{package} lies twice over each other: {before} and {after}",
    "file_missing": "Files of {package} are gone ({count}), the first is {file}",
    "file_edited": "Files of {package} were changed by hand ({count}), the first is {file}",
    "removed": "{package} {before} was removed",
    "version_changed": "{package} {before} was changed to {after}",
    "conda_replaced_pip": "conda replaced the pip package {package} {before} by {after}",
    "build_changed": "{package} has another build: {after} instead of {before}",
    "hash_mismatch": "{package} {after} is another file than the one that was locked",
    "editable": "{package} {after} is an editable install from {origin}",
    "pip_local": "pip installed {package} {after} from {origin}, not from an index",
    "added_by_conda": "conda installed {package} {after} in addition",
    "pip_added": "pip installed {package} {after} in addition",
    "unowned_files": "Files in site-packages belong to no package ({count}), the first is {file}",
}

_RANK = {code: rank for rank, code in enumerate(DRIFT)}

#: More names than this help nobody; ``count`` tells how many there are.
MOST_FILES = 100


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. ``code`` is a key of :data:`DRIFT` and never changes; ``requested`` says
    that a person asked for the package, where it was not only brought along by another.
    ``distribution`` is what pip calls it.

    ``files`` are paths in the prefix, the first hundred of ``count``. ``origin`` is an address
    or a folder, without a login.
    """

    code: str
    package: str = ""
    manager: Manager | None = None
    before: str | None = None
    after: str | None = None
    origin: str | None = None
    requested: bool = False
    distribution: str = ""
    files: tuple[str, ...] = ()
    count: int = 0

    @property
    def params(self) -> dict[str, str]:
        """What fills the sentence."""
        return {
            "package": self.package,
            "before": self.before or "",
            "after": self.after or "",
            "origin": self.origin or "",
            "file": self.files[0] if self.files else "",
            "count": str(self.count),
        }

    @property
    def message(self) -> str:
        """The English sentence."""
        return DRIFT[self.code].format_map(self.params)


def about_files(code: str, files: list[str], package: str, manager: Manager | None) -> Verdict:
    """A verdict about files of one package."""
    files.sort()
    return Verdict(
        code=code,
        package=package,
        manager=manager,
        files=tuple(files[:MOST_FILES]),
        count=len(files),
    )


def in_order(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The worst first, then by package."""
    return tuple(sorted(verdicts, key=lambda one: (_RANK[one.code], one.package, one.after or "")))
