"""Whether the files of packages are those that were installed, byte for byte.

conda's records and Python's ``RECORD`` have a hash for each. Left out is bytecode, which Python
writes by itself, and packages of which it is known already that they are others.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from .drift_installed import CondaRecord, distributions, folded, recorded_files
from .drift_marks import site_packages
from .drift_model import Verdict, about_files, in_order
from .protection import is_leftover


class _Path(msgspec.Struct, frozen=True):
    path: str = msgspec.field(name="_path")
    path_type: str = "hardlink"
    sha256: str | None = None
    sha256_in_prefix: str | None = None
    size_in_bytes: int | None = None
    prefix_placeholder: str | None = None

    @property
    def hash(self) -> str | None:
        """Of the file as it was installed; None where nobody wrote it down."""
        if self.sha256_in_prefix is None and self.prefix_placeholder is not None:
            return None
        return self.sha256_in_prefix or self.sha256

    @property
    def size(self) -> int | None:
        """In bytes; None where the prefix was written into the file."""
        return self.size_in_bytes if self.prefix_placeholder is None else None


class _Paths(msgspec.Struct, frozen=True):
    paths: tuple[_Path, ...] = ()


class _Record(msgspec.Struct, frozen=True):
    name: str
    files: tuple[str, ...] = ()
    paths_data: _Paths = _Paths()


_RECORD = msgspec.json.Decoder(_Record)


def content_verdicts(
    prefix: Path, *, known: Collection[str] = (), only: Collection[str] | None = None
) -> tuple[Verdict, ...]:
    """Edited and missing files of packages, and files in site-packages that nobody owns.

    ``known`` are packages that need no look any more; ``only`` limits it to some. Both are
    names as verdicts have them. It reads every file: about a second for 0.7 GB that are in
    memory.
    """
    records = [*_records(prefix)]

    def wanted(name: str) -> bool:
        return name not in known and (only is None or name in only)

    found = [
        *_of_conda(prefix, [one for one in records if wanted(one.name)]),
        *_of_pip(prefix, records, wanted),
    ]
    if only is None or "" in only:
        found += _unowned(prefix, records)
    return in_order(found)


def differs_from_record(prefix: Path, record: CondaRecord, path: str) -> bool:
    """Whether one file of a conda package is not the one that was installed."""
    place = prefix / "conda-meta" / f"{record.name}-{record.version}-{record.build}.json"
    full = _read(place)
    paths = full.paths_data.paths if full else ()
    return any(_fault(f"{prefix}/{path}", one) is not None for one in paths if one.path == path)


def _records(prefix: Path) -> Iterator[_Record]:
    for path in sorted((prefix / "conda-meta").glob("*.json")):
        record = _read(path)
        if record is not None:
            yield record


def _read(path: Path) -> _Record | None:
    try:
        return _RECORD.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def _of_conda(prefix: Path, records: Iterable[_Record]) -> Iterator[Verdict]:
    faults: dict[tuple[str, str], list[str]] = {}
    # Where two packages claim a file, either may have it.
    right: set[str] = set()
    for record in records:
        for one in record.paths_data.paths:
            if one.path.endswith(".pyc"):
                continue
            fault = _fault(f"{prefix}/{one.path}", one)
            if fault is None:
                right.add(one.path)
            else:
                faults.setdefault((record.name, fault), []).append(one.path)
    for (name, code), files in faults.items():
        left = [file for file in files if file not in right]
        if left:
            yield about_files(code, left, name, "conda")


def _fault(path: str, expected: _Path) -> str | None:
    """What is wrong with a file: a verdict's code, or None."""
    try:
        state = os.lstat(path)
    except OSError:
        return "file_missing"
    if expected.path_type == "directory":
        return None
    if stat.S_ISLNK(state.st_mode):
        return _fault_of_link(path, expected)
    if expected.path_type == "softlink" or not stat.S_ISREG(state.st_mode):
        return "file_edited"
    if expected.size is not None and expected.size != state.st_size:
        return "file_edited"
    return None if expected.hash is None or _hash(path) == expected.hash else "file_edited"


def _fault_of_link(path: str, expected: _Path) -> str | None:
    if expected.path_type != "softlink":
        return "file_edited"
    if expected.sha256_in_prefix is None:
        return None
    # conda hashes what the link leads to, others the text of the link.
    text = hashlib.sha256(os.fsencode(os.readlink(path))).hexdigest()
    return None if expected.hash in (text, _hash(path)) else "file_edited"


def _hash(path: str) -> str | None:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - of tens of thousands
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def _of_pip(
    prefix: Path, records: Iterable[_Record], wanted: Callable[[str], bool]
) -> Iterator[Verdict]:
    owned = {path for record in records for path in record.files}
    for one in distributions(prefix):
        if f"{one.folder}/METADATA" in owned or not wanted(one.name):
            continue
        missing, edited = [], []
        for path, written in recorded_files(prefix, one):
            if path.endswith(".pyc"):
                continue
            if not os.path.lexists(f"{prefix}/{path}"):
                missing.append(path)
            elif written.startswith("sha256=") and _hash(f"{prefix}/{path}") != _hex(written):
                edited.append(path)
        for code, files in (("file_missing", missing), ("file_edited", edited)):
            if files:
                yield about_files(code, files, one.name, "pip")


def _hex(written: str) -> str:
    digest = written.partition("=")[2]
    try:
        return base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4)).hex()
    except ValueError:
        return ""


def _unowned(prefix: Path, records: Iterable[_Record]) -> Iterator[Verdict]:
    owned = {path for record in records for path in record.files}
    for one in distributions(prefix):
        owned.update(path for path, _ in recorded_files(prefix, one))
    left = [
        path for site in site_packages(prefix) for path in _files(prefix, site) if path not in owned
    ]
    if left:
        yield about_files("unowned_files", left, "", None)


def _files(prefix: Path, site: str) -> Iterator[str]:
    start = len(f"{prefix}/")
    for folder, folders, names in os.walk(f"{prefix}/{site}"):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            if not name.endswith(".pyc") and not is_leftover(name):
                yield f"{folder}/{name}"[start:]


def folded_names(verdicts: Collection[Verdict]) -> frozenset[str]:
    """The packages that verdicts are about, as conda and as pip call them."""
    return frozenset(n for one in verdicts for n in (one.package, folded(one.package)))
