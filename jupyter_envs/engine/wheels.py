"""Which of several wheels of a package a target would install.

Sources: PEP 425 and the specification "Platform compatibility tags" (manylinux by glibc, macOS
by version); the order is that of ``packaging.tags``, which pip uses too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from .target import Target

#: The oldest glibc with the symbols of manylinux2014 and of conda-forge's own packages.
_GLIBC = (2, 17)
_MACOS = (11, 0)
_ARCHITECTURES = {"64": "x86_64", "32": "i686", "arm64": "arm64"}
_UV_PLATFORMS = {
    "osx-64": "x86_64-apple-darwin",
    "osx-arm64": "aarch64-apple-darwin",
    "win-64": "x86_64-pc-windows-msvc",
    "win-arm64": "aarch64-pc-windows-msvc",
}
#: What uv has names for, newest first; it knows only these processors on Linux.
_UV_GLIBC = ((2, 40), (2, 39), (2, 38), (2, 37), (2, 36), (2, 35), (2, 34), (2, 33), (2, 32),
             (2, 31), (2, 28), (2, 17))  # fmt: skip
_UV_LINUX = {"linux-64": "x86_64", "linux-aarch64": "aarch64"}


class PythonTarget(msgspec.Struct, frozen=True):
    """Where wheels are to run: conda's platform, its oldest C library, the Python version.

    ``system`` is the glibc of Linux and the macOS version of a Mac.
    """

    platform: str
    python: str
    system: tuple[int, int]

    @property
    def minor(self) -> tuple[int, int]:
        """Such as (3, 12)."""
        major, minor, *_ = self.python.split(".")
        return int(major), int(minor)


def python_target(target: Target, python: str) -> PythonTarget:
    """What wheels must fit for ``target`` with this version of Python."""
    known = {name: version for name, version, _ in
             (text.split("=", 2) for text in target.virtual_packages)}  # fmt: skip
    if target.platform.startswith("osx-"):
        return PythonTarget(target.platform, python, _version(known.get("__osx"), _MACOS))
    return PythonTarget(target.platform, python, _version(known.get("__glibc"), _GLIBC))


def _version(text: str | None, default: tuple[int, int]) -> tuple[int, int]:
    parts = [int(part) for part in (text or "").split(".")[:2] if part.isdecimal()]
    if not parts:
        return default
    return parts[0], parts[1] if len(parts) > 1 else 0


def uv_platform(target: PythonTarget) -> str | None:
    """uv's name of the target; None where it has none."""
    processor = _UV_LINUX.get(target.platform)
    if processor is None:
        return _UV_PLATFORMS.get(target.platform)
    newest = next((glibc for glibc in _UV_GLIBC if glibc <= target.system), _GLIBC)
    return f"{processor}-manylinux_{newest[0]}_{newest[1]}"


def best_wheel(wheels: Sequence[dict[str, Any]], target: PythonTarget) -> dict[str, Any] | None:
    """The wheel (as in a ``pylock.toml``) that pip would take; None where none fits.

    uv lists every one that fits the platform, also those for later versions of Python.
    """
    order = _order(target)
    ranked = [(rank, wheel) for wheel in wheels if (rank := _rank(wheel, order)) is not None]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _rank(wheel: dict[str, Any], order: dict[Tag, int]) -> int | None:
    path = wheel.get("path") or urlsplit(wheel.get("url", "")).path
    try:
        tags = parse_wheel_filename(unquote(path.rpartition("/")[2]))[3]
    except InvalidWheelFilename:
        return None
    return min((order[tag] for tag in tags if tag in order), default=None)


@lru_cache(maxsize=8)
def _order(target: PythonTarget) -> dict[Tag, int]:
    major, minor = target.minor
    platforms = list(_platforms(target))
    interpreter = f"cp{major}{minor}"
    # The ABI is given: asked for it, the library would look at the Python that runs this.
    tags = [
        *cpython_tags((major, minor), abis=[interpreter], platforms=platforms),
        *compatible_tags((major, minor), interpreter=interpreter, platforms=platforms),
    ]
    order: dict[Tag, int] = {}
    for number, tag in enumerate(tags):
        order.setdefault(tag, number)
    return order


def _platforms(target: PythonTarget) -> Iterator[str]:
    system, _, processor = target.platform.partition("-")
    architecture = _ARCHITECTURES.get(processor, processor)
    if system == "osx":
        yield from mac_platforms(target.system, architecture)
    elif system == "win":
        yield {"64": "win_amd64", "32": "win32"}.get(processor, f"win_{processor}")
    else:
        yield from _linux(architecture, target.system)


def _linux(architecture: str, glibc: tuple[int, int]) -> Iterator[str]:
    aliases = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}
    for minor in range(glibc[1] if glibc[0] == 2 else 99, 4, -1):
        yield f"manylinux_2_{minor}_{architecture}"
        if alias := aliases.get((2, minor)):
            yield f"{alias}_{architecture}"
    yield f"linux_{architecture}"
