"""Reading ``@EXPLICIT`` files (CEP 23): what conda, mamba and ``conda list --explicit`` write.

A line is a package's URL, with a hash after ``#``: ``sha256:<64 hex>``, 64 digits alone, an md5
of 32 digits, or nothing at all. Names, versions and builds are in the file's name; what a
package needs is not in such a file.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import msgspec

from jupyter_envs.errors import LockInvalid

from .urls import url_problem

_MARK = "@EXPLICIT"
_FILE_NAME = re.compile(
    r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)\.(?:conda|tar\.bz2)", re.DOTALL
)
_SHA256 = re.compile(r"(?:sha256:)?(?P<digest>[0-9a-f]{64})", re.IGNORECASE)
_MD5 = re.compile(r"(?:md5:)?(?P<digest>[0-9a-f]{32})", re.IGNORECASE)
_LONGEST = 16 * 1024 * 1024


class ExplicitPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One line: where the package is, what its file's name says, and its hashes if given."""

    url: str
    name: str
    version: str
    build: str
    subdir: str
    sha256: str | None = None
    md5: str | None = None
    line: int


def is_explicit(data: bytes) -> bool:
    """Whether the bytes are such a file: it has the mark on a line of its own."""
    return any(line.strip() == _MARK.encode() for line in data[:_LONGEST].splitlines())


def parse_explicit(data: bytes, *, file: str) -> tuple[ExplicitPackage, ...]:
    """The packages of an ``@EXPLICIT`` file, in its order.

    Raises LockInvalid with the line of the first thing that is no package's URL or that a lock
    may not hold, such as a login.
    """
    if len(data) > _LONGEST:
        raise LockInvalid(file=file, reason="it is larger than 16 MB")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise LockInvalid(file=file, reason="it is not text in UTF-8") from error
    found: dict[str, ExplicitPackage] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#") or text == _MARK:
            continue
        package = _package(text, number, file)
        if found.setdefault(package.name, package) is not package:
            raise _refuse(file, number, f"{package.name} is in it twice")
    if not found:
        raise LockInvalid(file=file, reason="it is an @EXPLICIT file with no package in it")
    return tuple(found.values())


def _package(text: str, number: int, file: str) -> ExplicitPackage:
    url, _, fragment = text.partition("#")
    problem = url_problem(url, "conda")
    if problem is not None:
        raise _refuse(file, number, problem)
    path = unquote(urlsplit(url).path)
    folder, _, name = path.rpartition("/")
    parts = _FILE_NAME.fullmatch(name)
    subdir = folder.rpartition("/")[2]
    if parts is None or not subdir:
        raise _refuse(file, number, "its URL is not that of a conda package in a channel")
    sha256, md5 = _SHA256.fullmatch(fragment), _MD5.fullmatch(fragment)
    if fragment and not (sha256 or md5):
        raise _refuse(file, number, "what follows '#' is neither a sha256 nor an md5")
    return ExplicitPackage(
        url=url,
        name=parts["name"].lower(),
        version=parts["version"],
        build=parts["build"],
        subdir=subdir,
        sha256=sha256["digest"].lower() if sha256 else None,
        md5=md5["digest"].lower() if md5 else None,
        line=number,
    )


def _refuse(file: str, number: int, reason: str) -> LockInvalid:
    return LockInvalid(file=file, reason=f"line {number}: {reason}", line=number)
