"""What the bytecode cache is made of: parts, each a folder that appears by one rename."""

from __future__ import annotations

import errno
import hashlib
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from .bytecode_compile import Package, TargetPython

_MANIFEST = "manifest.json"
#: What is being made has a name that begins with this.
UNFINISHED = ".tmp-"
_UNFINISHED_SECONDS = 24 * 3600
#: Sources unpacked anew have new times and so a new part; older ones serve nobody for long.
_PARTS_KEPT = 4


class Module(msgspec.Struct, frozen=True, array_like=True):
    """A source as installed, with the mtime (whole seconds) and size its bytecode was made for."""

    source: str
    mtime: int
    size: int


class Manifest(msgspec.Struct, frozen=True):
    """What a part holds; the bytecode of module N is ``N.pyc`` beside it.

    ``complete``: all that this Python can compile is here, tests left out.
    """

    modules: tuple[Module, ...]
    complete: bool


class Part(msgspec.Struct, frozen=True):
    folder: Path
    manifest: Manifest


def entry_of(cache: Path, python: TargetPython, package: Package) -> Path:
    return cache / package.sha256 / python.key


def parts_of(cache: Path, python: TargetPython, package: Package) -> list[Part]:
    return read_parts(entry_of(cache, python, package))


def read_parts(entry: Path) -> list[Part]:
    parts = []
    for path in sorted(entry.glob(f"*/{_MANIFEST}")):
        # Another process may be retiring it.
        with suppress(OSError, msgspec.MsgspecError):
            manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
            parts.append(Part(path.parent, manifest))
    return parts


def assemble(out: Path, numbers: Sequence[int], manifest: Manifest) -> Path:
    folder = out / f"part-{uuid.uuid4().hex}"
    folder.mkdir()
    for position, number in enumerate(numbers):
        (out / f"{number}.pyc").rename(folder / f"{position}.pyc")
    (folder / _MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return folder


def publish_part(entry: Path, folder: Path, manifest: Manifest) -> None:
    """Rename a part into place. Who made the same in the meantime has made the same name."""
    name = hashlib.sha256(msgspec.json.encode(manifest)).hexdigest()[:16]
    entry.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(entry / name)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if any(part.folder.name == name for part in read_parts(entry)):
            return
        # A damaged one would be in the way for good.
        shutil.rmtree(entry / name, ignore_errors=True)
        with suppress(OSError):
            folder.rename(entry / name)
    # Another process may be clearing the same ones away.
    with suppress(FileNotFoundError):
        _retire(entry, name, manifest)


def _retire(entry: Path, name: str, manifest: Manifest) -> None:
    """Remove parts that the new one contains, and those that too many others followed."""
    others = [part for part in read_parts(entry) if part.folder.name != name]
    others.sort(key=lambda part: part.folder.stat().st_mtime, reverse=True)
    for number, part in enumerate(others):
        contained = set(part.manifest.modules) <= set(manifest.modules)
        if contained or number >= _PARTS_KEPT - 1:
            shutil.rmtree(part.folder, ignore_errors=True)


@contextmanager
def unfinished(cache: Path) -> Iterator[Path]:
    folder = cache / f"{UNFINISHED}{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_unfinished(cache: Path) -> None:
    """Remove what makers that were killed more than a day ago left in the cache."""
    for folder in cache.glob(f"{UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _UNFINISHED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
