"""Looking at an unpacked package before anything of it is linked into a prefix.

The installer does what ``info/paths.json`` and ``info/link.json`` (CEP 34) say, wherever that
leads. So what they say is compared with what the archive brought: every path has to be a file of
the package that is reached through folders of the package, and none that conda or this program
keep for themselves. Symbolic links may lead anywhere, honest packages have some that do; but
then nothing may be written through them, which only shows with the other packages at hand: see
``guarding.py``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from .failures import shortened
from .records import Record

#: What packages may bring into conda-meta: pins that a site gives out as a package.
_META, _META_ALLOWED = "conda-meta", frozenset({"conda-meta/pinned"})
#: A real one is a long path. One of a few characters makes a small file grow without end.
_SHORTEST_PLACEHOLDER = 8
_ENTRY_POINT = re.compile(r"\s*([^=/\0\r\n]*[^=/\0\r\n\s])\s*=")
#: Where the installer puts what a noarch python package has in these folders. The version of
#: Python does not matter here, the depth does.
_MAPPED = {"site-packages": "lib/python3/site-packages", "python-scripts": "bin"}


class Unsafe(Exception):
    """Why a package is refused, and the path that it is about."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = shortened(path)
        self.reason = reason


def named(path: str) -> str:
    """A path for a sentence: quoted and cut, without what a terminal would act on."""
    return repr(shortened(path))


class Links(msgspec.Struct, frozen=True):
    """Symbolic links of a package, by their paths in the prefix.

    ``out`` lead out of it, or may. ``climbing`` have a ``..``, so that it matters where they lie.
    ``noarch_python``: the package's paths are not yet those in the prefix.
    """

    noarch_python: bool = False
    out: tuple[str, ...] = ()
    climbing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class _Path(msgspec.Struct, frozen=True):
    path: str = msgspec.field(name="_path")
    path_type: str = "hardlink"
    prefix_placeholder: str | None = None


class _Paths(msgspec.Struct, frozen=True):
    paths: tuple[_Path, ...]


class _Index(msgspec.Struct, frozen=True):
    name: str
    version: str
    build: str
    noarch: Any = None


class _Noarch(msgspec.Struct, frozen=True):
    entry_points: tuple[str, ...] | None = None


class _Link(msgspec.Struct, frozen=True):
    noarch: _Noarch | None = None


def look_at(folder: Path, record: Record) -> Links:
    """The symbolic links of an unpacked package, whose claims are all in order.

    Raises Unsafe, and OSError where the folder cannot be read.
    """
    index: _Index = _read(folder, "info/index.json", _Index)
    _check_index(index, record)
    _check_entry_points(folder)
    found = dict(_tree(folder))
    links: dict[str, str] = {}
    for entry in _paths(folder):
        _check_path(entry, found)
        if found[entry.path.rstrip("/")] == "link":
            links[entry.path] = os.readlink(folder / entry.path)
    # The installer goes by this file, too, and not by what the channel says.
    mapped = index.noarch == "python"
    return _sorted_out({_place(path, mapped): to for path, to in links.items()}, mapped)


def places(folder: Path, links: Links) -> Iterator[str]:
    """Where the files of a package that was looked at go, as paths in the prefix."""
    for entry in _paths(folder):
        yield _place(entry.path, links.noarch_python)


def _read(folder: Path, name: str, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode((folder / name).read_bytes(), type=kind)
    except FileNotFoundError as error:
        raise Unsafe(name, f"it has no {name}") from error
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Unsafe(name, f"its {name} cannot be read ({error})") from error


def _check_index(index: _Index, record: Record) -> None:
    said = (index.name.lower(), index.version, index.build)
    known = (record.name.normalized, str(record.version), str(record.build))
    if said != known:
        reason = f"the channel calls it {'-'.join(known)}, and it itself {'-'.join(said)}"
        raise Unsafe("info/index.json", reason)


def _check_entry_points(folder: Path) -> None:
    if not (folder / "info" / "link.json").is_file():
        return
    noarch = _read(folder, "info/link.json", _Link).noarch
    for text in (noarch.entry_points if noarch else None) or ():
        name = _ENTRY_POINT.match(text)
        if name is None or name[1] in {".", ".."}:
            wanted = text.partition("=")[0].strip()
            raise Unsafe(wanted, f"it wants a command of the name {named(wanted)}")


def _paths(folder: Path) -> tuple[_Path, ...]:
    if (folder / "info" / "paths.json").exists():
        paths: _Paths = _read(folder, "info/paths.json", _Paths)
        return paths.paths
    # Before there was paths.json: a line for each file; what has a prefix in it does not matter.
    try:
        lines = (folder / "info" / "files").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unsafe("info/files", "it has no list of its files") from error
    return tuple(_Path(line) for line in lines if line)


def _tree(folder: Path, below: str = "") -> Iterator[tuple[str, str]]:
    """Everything in the folder, links not followed: path, and what it is."""
    with os.scandir(folder / below) as entries:
        for entry in entries:
            place = f"{below}{entry.name}"
            # The package's own list is UTF-8, whatever this machine takes names for.
            path = os.fsencode(place).decode("utf-8", "surrogateescape")
            if entry.is_symlink():
                yield path, "link"
            elif entry.is_dir(follow_symlinks=False):
                yield path, "folder"
                yield from _tree(folder, f"{place}/")
            else:
                yield path, "file" if entry.is_file(follow_symlinks=False) else "special"


def _check_path(entry: _Path, found: dict[str, str]) -> None:
    path = entry.path.rstrip("/")
    shown, parts = named(entry.path), path.split("/")
    if not path or path.startswith("/") or ".." in parts or "\0" in path:
        raise Unsafe(path, f"it would write to {shown}, outside of the environment")
    kind = found.get(path)
    if kind is None:
        raise Unsafe(path, f"its list of files has {shown}, and the package has not")
    if kind == "special" or (kind == "folder") != (entry.path_type == "directory"):
        raise Unsafe(path, f"{shown} is not what its list of files says")
    if parts[0].lower() == _META and path not in _META_ALLOWED:
        raise Unsafe(path, f"it brings {shown}, and {_META} is not for packages to write to")
    placeholder = entry.prefix_placeholder
    if placeholder is not None and len(placeholder) < _SHORTEST_PLACEHOLDER:
        short = named(placeholder)
        raise Unsafe(path, f"it has {short} replaced in {shown}, which is no path")


def _place(path: str, noarch_python: bool) -> str:
    first, slash, rest = path.partition("/")
    return f"{_MAPPED[first]}/{rest}" if slash and noarch_python and first in _MAPPED else path


def _sorted_out(links: dict[str, str], noarch_python: bool) -> Links:
    out, climbing, others = [], [], []
    for path, target in links.items():
        names = [name for name in target.split("/") if name not in {"", "."}]
        ups = names.count("..")
        if target.startswith("/") or ups > path.count("/") or ".." in names[ups:]:
            out.append(path)
        elif ups:
            climbing.append(path)
        else:
            others.append(path)
    return Links(noarch_python, tuple(out), tuple(climbing), tuple(others))
