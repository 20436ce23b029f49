"""Archives that no build tool would write: any member, any claim, in either format.

``archive.py`` makes honest packages; here every byte of the tar and of ``info/`` is the caller's.
"""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_KINDS = {
    "file": tarfile.REGTYPE,
    "dir": tarfile.DIRTYPE,
    "symlink": tarfile.SYMTYPE,
    "hardlink": tarfile.LNKTYPE,
    "fifo": tarfile.FIFOTYPE,
    "device": tarfile.CHRTYPE,
}


class Member(msgspec.Struct, frozen=True):
    """One member of the tar. ``path`` is written as it is; ``target`` is for links."""

    path: str
    data: bytes = b""
    kind: str = "file"
    target: str = ""
    mode: int = 0o644


class Hostile(msgspec.Struct, frozen=True, kw_only=True):
    """A package. ``paths`` is ``info/paths.json``'s list; by default an honest one of the files.

    ``index`` and ``link`` replace what is said in ``info/index.json`` and ``info/link.json``.
    ``info`` are more members; ``old``: there is no ``info/paths.json``.
    """

    name: str
    members: tuple[Member, ...] = ()
    paths: tuple[dict[str, Any], ...] | None = None
    index: dict[str, Any] = {}
    link: dict[str, Any] | None = None
    noarch: str = "generic"
    info: tuple[Member, ...] = ()
    old: bool = False

    @property
    def stem(self) -> str:
        """File name of the archive without its suffix."""
        return f"{self.name}-1.0-0"


def write_hostile(package: Hostile, channel: Path, *, suffix: str = ".conda") -> Path:
    """Write the archive into ``channel``'s noarch folder and return its path."""
    folder = channel / "noarch"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{package.stem}{suffix}"
    if suffix == ".tar.bz2":
        path.write_bytes(bz2.compress(_tar((*_info(package), *package.members))))
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in (
            ("metadata.json", b'{"conda_pkg_format_version": 2}'),
            (f"pkg-{package.stem}.tar.zst", zstd.compress(_tar(package.members))),
            (f"info-{package.stem}.tar.zst", zstd.compress(_tar(_info(package)))),
        ):
            # A ZipInfo of our own has a fixed date: the same package is the same archive.
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


def write_repodata(channel: Path, packages: Sequence[Hostile], **overrides: Any) -> None:
    """``noarch/repodata.json`` for these archives; ``overrides`` change every record."""
    records: dict[str, dict[str, Any]] = {"packages": {}, "packages.conda": {}}
    for package in packages:
        for suffix, key in ((".conda", "packages.conda"), (".tar.bz2", "packages")):
            path = channel / "noarch" / f"{package.stem}{suffix}"
            if path.is_file():
                records[key][path.name] = _record(package, path.read_bytes()) | overrides
    document = {"info": {"subdir": "noarch"}, "repodata_version": 1, **records}
    (channel / "noarch" / "repodata.json").write_text(json.dumps(document), "utf-8")


def _record(package: Hostile, data: bytes) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": "1.0",
        "build": "0",
        "build_number": 0,
        "depends": [],
        "subdir": "noarch",
        "noarch": package.noarch,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def honest_path(member: Member) -> dict[str, Any]:
    """What ``info/paths.json`` says of a member that is no lie."""
    return {
        "_path": member.path,
        "path_type": "softlink" if member.kind == "symlink" else "hardlink",
        "sha256": hashlib.sha256(member.data).hexdigest(),
        "size_in_bytes": len(member.data),
    }


def _info(package: Hostile) -> tuple[Member, ...]:
    paths = package.paths
    if paths is None:
        paths = tuple(honest_path(one) for one in package.members if one.kind != "dir")
    index = {"name": package.name, "version": "1.0", "build": "0", "build_number": 0}
    index |= {"depends": [], "subdir": "noarch", "noarch": package.noarch, **package.index}
    documents: dict[str, Any] = {
        "index.json": index,
        "paths.json": {"paths": list(paths), "paths_version": 1},
    }
    if package.old:
        del documents["paths.json"]
    if package.noarch == "python":
        link = package.link or {"type": "python", "entry_points": []}
        documents["link.json"] = {"noarch": link, "package_metadata_version": 1}
    made = [Member(f"info/{name}", json.dumps(one).encode()) for name, one in documents.items()]
    return (*made, *package.info)


def _tar(members: Sequence[Member]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape"
    ) as tar:
        for member in members:
            header = tarfile.TarInfo(member.path)
            header.type = _KINDS[member.kind]
            header.linkname = member.target
            header.mode = member.mode
            header.size = len(member.data)
            tar.addfile(header, io.BytesIO(member.data))
    return buffer.getvalue()
