"""Whether anybody touched a generation: a few calls of the system, no file is read.

A fingerprint that is the same as before says that no package came, went or changed. It sees the
records of conda, the names and times of distributions, and that conda wrote its history. What it
cannot see is an edit of a package's own file: that takes a look at every byte.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_DISTRIBUTIONS = (".dist-info", ".egg-info", ".egg-link")


def site_packages(prefix: Path) -> tuple[str, ...]:
    """The folders of Python packages, relative to the prefix."""
    try:
        with os.scandir(prefix / "lib") as entries:
            # conda-forge's Python has a link "python3.1" beside the folder.
            names = [
                entry.name
                for entry in entries
                if entry.name.startswith("python3") and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return ()
    found = (f"lib/{name}/site-packages" for name in sorted(names))
    return tuple(folder for folder in found if (prefix / folder).is_dir())


def touched(prefix: str, folders: Iterable[str]) -> tuple[int, ...]:
    """When something last came into or went out of conda-meta and ``folders``, as numbers that
    are others afterwards; one call of the system for each."""
    return tuple(modified(f"{prefix}/{folder}") for folder in ("conda-meta", *folders))


def modified(path: str) -> int:
    """When a file or folder last changed, in nanoseconds; 0 for what is not there."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - a Path would take longer than this
    except OSError:
        return 0


def fingerprint(prefix: Path) -> str:
    """One value for the packages that are there; about 2 ms for 300 of them."""
    lines = sorted(_conda_lines(prefix))
    for folder in site_packages(prefix):
        lines += sorted(_distribution_lines(f"{prefix}/{folder}"))
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _conda_lines(prefix: Path) -> Iterator[str]:
    try:
        with os.scandir(prefix / "conda-meta") as entries:
            for entry in entries:
                if entry.name.endswith(".json"):
                    state = entry.stat()
                    yield f"{entry.name} {state.st_size} {state.st_mtime_ns}"
                elif entry.name == "history":
                    yield f"history {entry.stat().st_size}"
    except OSError:
        yield "unreadable"


def _distribution_lines(folder: str) -> Iterator[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        # pip moves what it takes away to names that begin with "~".
        if name.endswith(_DISTRIBUTIONS) and not name.startswith("~"):
            # Its time tells a reinstallation of the same version.
            yield f"{name} {modified(f'{folder}/{name}/METADATA')}"
