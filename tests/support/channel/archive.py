"""From a recipe (metadata and files in memory) to a ``.conda`` archive, byte for byte repeatable.

Format: CEP 35 (``.conda``), ``info/paths.json`` version 1, ``info/link.json`` for noarch python.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# What conda's own tools reserve: 255 bytes, so that any prefix up to that length fits in binaries.
PLACEHOLDER = "/placeholder".ljust(255, "_")

# One moment for everything, so that the same inputs give the same bytes: 2024-01-01 00:00 UTC.
EPOCH_SECONDS = 1_704_067_200

# Level 19, conda's default, takes some 27 times longer for archives that only tests read.
_COMPRESSION_LEVEL = 1

_SUBDIRS = {"x86_64": "linux-64", "aarch64": "linux-aarch64"}


class Entry(msgspec.Struct, frozen=True):
    """One file of a package. ``prefix`` says how ``PLACEHOLDER`` in ``data`` is replaced.

    With ``target`` it is a symbolic link and has no data.
    """

    path: str
    data: bytes = b""
    executable: bool = False
    prefix: Literal["text", "binary"] | None = None
    target: str | None = None


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that goes into one conda package.

    ``noarch`` None means a package of this machine's platform. ``entry_points`` are console
    scripts (``name = module:function``) that the installer of a noarch python package writes.
    """

    name: str
    version: str
    build: str = "0"
    build_number: int = 0
    noarch: Literal["python", "generic"] | None = "generic"
    depends: tuple[str, ...] = ()
    constrains: tuple[str, ...] = ()
    license: str = "BSD-3-Clause"
    summary: str = ""
    site_packages: str | None = None
    entry_points: tuple[str, ...] = ()
    files: tuple[Entry, ...] = ()

    @property
    def subdir(self) -> str:
        """Folder of the channel that the archive belongs into."""
        return "noarch" if self.noarch else host_subdir()

    @property
    def stem(self) -> str:
        """File name of the archive without its suffix."""
        return f"{self.name}-{self.version}-{self.build}"


def host_subdir() -> str:
    """This machine's conda platform, such as ``linux-64``. Raises KeyError where unsupported."""
    return _SUBDIRS[platform.machine()] if sys.platform == "linux" else _SUBDIRS[sys.platform]


def write_archive(recipe: Recipe, channel: Path) -> Path:
    """Write the recipe's ``.conda`` file into its subdir of ``channel`` and return its path."""
    files = sorted(recipe.files, key=lambda entry: entry.path)
    folder = channel / recipe.subdir
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{recipe.stem}.conda"
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as archive:
        _add_member(archive, "metadata.json", b'{"conda_pkg_format_version": 2}')
        _add_member(archive, f"pkg-{recipe.stem}.tar.zst", _compressed_tar(files))
        _add_member(archive, f"info-{recipe.stem}.tar.zst", _compressed_tar(_info(recipe, files)))
    return path


def _add_member(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    # A ZipInfo of our own has a fixed date; writestr(name) would use the clock.
    archive.writestr(zipfile.ZipInfo(name), data)


def _compressed_tar(entries: Iterable[Entry]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in entries:
            header = tarfile.TarInfo(entry.path)
            header.mtime = EPOCH_SECONDS
            header.mode = 0o755 if entry.executable else 0o644
            if entry.target is None:
                header.size = len(entry.data)
            else:
                header.type, header.linkname = tarfile.SYMTYPE, entry.target
            tar.addfile(header, io.BytesIO(entry.data))
    return zstd.compress(buffer.getbuffer(), level=_COMPRESSION_LEVEL)


def _info(recipe: Recipe, files: list[Entry]) -> list[Entry]:
    """The ``info/`` members of a package."""
    documents: dict[str, Any] = {
        "about.json": {"summary": recipe.summary or recipe.name, "license": recipe.license},
        "index.json": _index(recipe),
        "paths.json": {"paths": [_path_record(entry) for entry in files], "paths_version": 1},
    }
    if recipe.noarch == "python":
        noarch = {"type": "python", "entry_points": list(recipe.entry_points)}
        documents["link.json"] = {"noarch": noarch, "package_metadata_version": 1}
    members = [
        Entry(f"info/{name}", json.dumps(document, indent=1, sort_keys=True).encode())
        for name, document in documents.items()
    ]
    listing = "".join(f"{entry.path}\n" for entry in files)
    prefixed = "".join(f"{PLACEHOLDER} {e.prefix} {e.path}\n" for e in files if e.prefix)
    members.append(Entry("info/files", listing.encode()))
    members.append(Entry("info/has_prefix", prefixed.encode()))
    return sorted(members, key=lambda entry: entry.path)


def _index(recipe: Recipe) -> dict[str, Any]:
    index: dict[str, Any] = {
        "name": recipe.name,
        "version": recipe.version,
        "build": recipe.build,
        "build_number": recipe.build_number,
        "depends": list(recipe.depends),
        "constrains": list(recipe.constrains),
        "license": recipe.license,
        "subdir": recipe.subdir,
        "timestamp": EPOCH_SECONDS * 1000,
    }
    if recipe.noarch:
        index["noarch"] = recipe.noarch
    else:
        index |= {"arch": platform.machine(), "platform": "linux"}
    if recipe.site_packages:
        index["python_site_packages_path"] = recipe.site_packages
    return index


def _path_record(entry: Entry) -> dict[str, Any]:
    record: dict[str, Any] = {
        "_path": entry.path,
        "path_type": "hardlink" if entry.target is None else "softlink",
        "sha256": hashlib.sha256(entry.data).hexdigest(),
        "size_in_bytes": len(entry.data),
    }
    if entry.prefix:
        record |= {"file_mode": entry.prefix, "prefix_placeholder": PLACEHOLDER}
    return record
