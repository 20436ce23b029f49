"""The Lock: every package with its URL and hash, per platform."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

Manager = Literal["conda", "pip"]

_CONDA_SUFFIXES = (".conda", ".tar.bz2")
_PIP_SEPARATORS = re.compile(r"[-_.]+")


class LockedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package of one platform.

    ``dependencies`` maps a package name to its constraint, as in ``conda-lock.yml``.
    ``url`` never holds credentials. Where it is that of a commit of a repository, ``sha256`` is
    the commit, as conda-lock has it, and ``revision`` the branch or tag that was asked for.
    """

    name: str
    version: str
    manager: Manager
    platform: str
    url: str
    sha256: str
    md5: str | None = None
    dependencies: dict[str, str] = {}
    revision: str = ""

    @property
    def file_name(self) -> str:
        """Last part of the URL's path, unquoted: ``numpy-2.1.0-py312_0.conda``."""
        return unquote(urlsplit(self.url).path.rpartition("/")[2])

    @property
    def build(self) -> str:
        """Build string of a conda package, from its file name; empty for pip packages."""
        if self.manager != "conda":
            return ""
        stem = self.file_name
        for suffix in _CONDA_SUFFIXES:
            stem = stem.removesuffix(suffix)
        return stem.rsplit("-", 1)[-1]

    @property
    def key(self) -> tuple[str, str]:
        """Manager and name, pip names folded (PEP 503): what can occur once per platform."""
        if self.manager == "conda":
            return self.manager, self.name
        return self.manager, _PIP_SEPARATORS.sub("-", self.name).lower()


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A complete lock, in memory the same as ``conda-lock.yml`` v1 (CEP 37).

    ``content_hash`` maps a platform to the hash of the inputs it was solved from
    (:func:`content_hash`); ``inputs`` maps a source file, relative to the lock, to its sha256
    and ``inputs_md5`` to its md5, which CEP 37 wants as well (:func:`with_input` sets both);
    ``custom`` holds strings of our own (the target's virtual packages, the channel priority,
    the version of this program).
    """

    platforms: tuple[str, ...]
    channels: tuple[str, ...]
    packages: tuple[LockedPackage, ...]
    content_hash: dict[str, str] = {}
    inputs: dict[str, str] = {}
    inputs_md5: dict[str, str] = {}
    custom: dict[str, str] = {}

    def for_platform(self, platform: str) -> tuple[LockedPackage, ...]:
        """Packages of one platform, conda before pip, by name."""
        chosen = (p for p in self.packages if p.platform == platform)
        return tuple(sorted(chosen, key=lambda p: (p.manager, p.name)))

    def wheels(self) -> dict[str, str]:
        """The sha256 of every wheel, by its distribution's name; sdists are left out."""
        return {
            p.name: p.sha256
            for p in self.packages
            if p.manager == "pip" and p.file_name.endswith(".whl")
        }
