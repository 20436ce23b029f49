"""One line of the ``pip:`` section: what kind it is, and which package it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

import msgspec

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PipKind = Literal[
    "requirement", "url", "vcs", "editable", "path", "option", "file", "constraint", "conda",
    "invalid",
]  # fmt: skip

MAX_LENGTH = 4000

_MAX_PLAIN = 200

# The parser of markers is recursive, and slow where it fails, so parentheses are counted
# before it sees them.
_MAX_PARENTHESES = 10

_OPTION = re.compile(
    r"(?:(?P<editable>-e|--editable)|(?P<file>-r|--requirement)|(?P<constraint>-c|--constraint))"
    r"(?:[ =]|(?<=-[erc])(?=[^ -]))\s*(?P<value>\S.*)"
)
_VCS = re.compile(r"(?:git|hg|svn|bzr)\+\S+", re.IGNORECASE)
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):/")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar\.gz|tar\.bz2|tgz)$", re.IGNORECASE)
_WHEEL = re.compile(r"(?:^|/)(?P<name>[A-Za-z0-9_.]+)-[^-/]+(?:-[^-/]+){3,4}\.whl(?:[?#]|$)")
_EGG = re.compile(r"[#&]egg=(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)")
_CONDA = re.compile(
    r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)"
    r"(?:=[\w.!+*]+|==[\w.!+*]+=[\w.*]+|=[\w.!+*]+=[\w.*]+)"
)
_CONDA_CHANNEL = re.compile(r"[\w./-]+::(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)(?:[ =<>!].*)?")
# The common lines, known to be PEP 508 without its full parser, which takes fifty times longer.
_PLAIN = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?: *[=!<>]= *[0-9]+(?:\.[0-9]+)*)?"
)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
# Options of one requirement, which pip allows after it: --hash, --config-settings.
_TRAILING_OPTION = re.compile(r"\s--[a-z].*$")


class PipLine(msgspec.Struct, frozen=True):
    """A line below ``pip:``. ``name`` is as written, None where the line does not say it.

    Kinds: ``requirement`` (PEP 508), ``url`` (an archive), ``vcs`` (a repository), ``editable``
    (``-e``), ``path``, ``option`` (any other ``--x``), ``file`` (``-r``), ``constraint``
    (``-c``), ``conda`` (a line in conda's form, which pip cannot install), ``invalid``.
    """

    kind: PipKind
    text: str
    name: str | None = None


def classify_pip_line(text: str) -> PipLine:
    """Say what a pip line is; nothing is opened, fetched or expanded."""
    line = text.strip(" ")
    plain = _PLAIN.fullmatch(line)
    if plain and len(line) <= _MAX_PLAIN:
        return PipLine("requirement", line, plain["name"])
    bare = _COMMENT.sub("", line).strip(" ")
    if not bare or len(bare) > MAX_LENGTH or not bare.isprintable():
        return PipLine("invalid", line)
    if bare.startswith("-"):
        return _option(line, bare)
    if _VCS.match(bare):
        return PipLine("vcs", line, _named_in(bare))
    requirement = _requirement(_TRAILING_OPTION.sub("", bare))
    if requirement is not None:
        kind: PipKind = _kind_of(requirement.url) if requirement.url else "requirement"
        return PipLine(kind, line, requirement.name)
    return _other(line, bare)


def _option(line: str, bare: str) -> PipLine:
    match = _OPTION.match(bare)
    if match is None:
        return PipLine("option", line)
    if match["editable"]:
        return PipLine("editable", line, _named_in(match["value"]))
    return PipLine("file" if match["file"] else "constraint", line)


def _other(line: str, bare: str) -> PipLine:
    if _URL.match(bare):
        return PipLine(_kind_of(bare), line, _named_in(bare))
    conda = _CONDA.fullmatch(bare) or _CONDA_CHANNEL.fullmatch(bare)
    if conda:
        return PipLine("conda", line, conda["name"])
    if _is_path(bare):
        return PipLine("path", line, _named_in(bare))
    return PipLine("invalid", line)


def _is_path(text: str) -> bool:
    begins = text.startswith((".", "/", "~")) or _DRIVE.match(text) is not None
    return begins or (" " not in text and ("/" in text or _ARCHIVE.search(text) is not None))


def _kind_of(url: str) -> PipKind:
    if _VCS.match(url):
        return "vcs"
    match = _URL.match(url)
    return "path" if match is None or match["scheme"].lower() == "file" else "url"


def _named_in(address: str) -> str | None:
    match = _EGG.search(address) or _WHEEL.search(address)
    return unquote(match["name"]) if match else None


def _requirement(text: str) -> Requirement | None:
    # Here, since it takes a fifth of what this package takes to load, and few lines need it.
    from packaging.requirements import Requirement

    if text.count("(") > _MAX_PARENTHESES:
        return None
    try:
        return Requirement(text)
    except ValueError:  # InvalidRequirement is one
        return None
