"""The syntax of one conda dependency: CEP 29 and the older forms that files are full of.

Accepted::

    name    name=1.2    name==1.2    name>=1,<2    name 1.2.*    name=1.2=build    name 1.2 build*
    channel::name    channel/subdir::name    https://host/channel::name
    name[version=">=1", build="x*"]    name[extras]    https://host/name-1-0.conda

This is a check of form, strict about what could harm (options, invisible characters) and about
what solvers take silently for something else (``>=1 <2``, markers). Whether a version exists,
and the last word on the syntax, belong to the solver.
"""

from __future__ import annotations

import re

import msgspec

from jupyter_envs.errors import MatchSpecInvalid

from .brackets import parse_brackets, split_brackets
from .catalogue import CATALOGUE
from .malformed import MalformedError
from .syntax import find_jinja
from .urls import without_credentials
from .versions import split_version

MAX_LENGTH = 1000

# CEP 26 package names, upper case allowed (tools fold it), virtual packages (__cuda) too.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_CHANNEL = re.compile(r"[A-Za-z0-9_./~][^\s\[\]=<>|,;]*")
_PACKAGE_URL = re.compile(
    r"(?:[a-z][a-z0-9+]*://|/)\S+\.(?:conda|tar\.bz2)(?:#[A-Za-z0-9:]+)?", re.IGNORECASE
)
# The forms that most lines have, known to be right without the whole grammar.
_PLAIN = re.compile(
    r"(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]{0,99})"
    r"(?: ?(?P<version>(?:[<>=]=?|!=|~=)[0-9]{1,9}(?:\.[0-9]{1,9}){0,8}(?:[a-z][0-9a-z]{0,20})?)"
    r"(?:=(?P<build>[A-Za-z0-9_.]{1,100}))?)?"
)
_AFTER_NAME = re.compile(r"$|[ =<>!~(]")

SUBDIRS = frozenset((
    "emscripten-wasm32", "freebsd-64", "linux-32", "linux-64", "linux-aarch64", "linux-armv6l",
    "linux-armv7l", "linux-ppc64", "linux-ppc64le", "linux-riscv32", "linux-riscv64",
    "linux-s390x", "osx-64", "osx-arm64", "wasi-wasm32", "win-32", "win-64", "win-arm64",
    "zos-z",
))  # fmt: skip
"""Platforms as conda names them (its own list of known subdirs), without ``noarch``."""


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """One dependency taken apart. ``name`` is in lower case, and None for an address.

    ``version`` and ``build`` are as written, without the ``=`` in front of a build.
    ``fields`` are the bracket's keys, ``extras`` the names in brackets of the form pip uses.
    """

    text: str
    name: str | None = None
    channel: str | None = None
    subdir: str | None = None
    version: str | None = None
    build: str | None = None
    fields: dict[str, str] = {}
    extras: tuple[str, ...] = ()
    url: str | None = None


def split_dependency(text: str) -> Dependency:
    """Take a dependency apart.

    Raises MatchSpecInvalid; its params hold, beside ``spec`` and ``reason``, the ``problem``: a
    code of the diagnostics, and what that code's message needs.
    """
    spec = text.strip(" ")
    plain = plain_dependency(spec)
    if plain is not None:
        return plain
    try:
        return _split(spec)
    except MalformedError as error:
        raise _invalid(spec, error.code, error.params) from None


def plain_dependency(spec: str) -> Dependency | None:
    """The same for the plainest forms, of which nothing is to be said; None for all others."""
    plain = _PLAIN.fullmatch(spec)
    if plain is None:
        return None
    name, version, build = plain.groups()
    return Dependency(text=spec, name=name.lower(), version=version, build=build)


def text_for_solver(text: str) -> str:
    """A dependency without extras in the form of pip (``dask[complete]``), which conda drops.

    Raises MatchSpecInvalid.
    """
    dependency = split_dependency(text)
    if not dependency.extras:
        return dependency.text
    head, _, tail = split_brackets(dependency.text.split("#", 1)[0].rstrip(" "))
    return head + tail


def is_platform(text: str) -> bool:
    """Whether conda knows a platform of that name."""
    return text in SUBDIRS


def dependency_name(text: str) -> str | None:
    """The package's name in lower case; None for an address and for what is not understood."""
    try:
        return split_dependency(text).name
    except MatchSpecInvalid:
        return None


def _invalid(spec: str, code: str, params: dict[str, str]) -> MatchSpecInvalid:
    shown = {key: without_credentials(value) for key, value in ({"spec": spec} | params).items()}
    reason = CATALOGUE[code][1].format_map(shown).rstrip(".")
    return MatchSpecInvalid(reason=reason, problem=code, **shown)


def _split(spec: str) -> Dependency:
    _refuse_unsafe(spec)
    if _PACKAGE_URL.fullmatch(spec):
        return Dependency(text=spec, url=spec)
    # As in conda and rattler, what follows '#' is a comment.
    head, content, tail = split_brackets(spec.split("#", 1)[0].rstrip(" "))
    brackets = parse_brackets(content)
    if tail and not brackets.extras:
        raise MalformedError("match_spec_brackets_open")
    channel, subdir, rest = _channel(head + tail)
    name, rest = _name(rest, spec)
    version, build = split_version(name, rest)
    fields = brackets.fields
    if "version" in fields and split_version(name, fields["version"])[1] is not None:
        raise MalformedError("match_spec_version", version=fields["version"])
    return Dependency(
        text=spec,
        name=name.lower(),
        channel=channel or fields.get("channel"),
        subdir=subdir or fields.get("subdir"),
        version=version or fields.get("version"),
        build=build or fields.get("build"),
        fields=fields,
        extras=brackets.extras,
        url=fields.get("url"),
    )


def _refuse_unsafe(spec: str) -> None:
    if not spec:
        raise MalformedError("dependency_empty")
    if len(spec) > MAX_LENGTH:
        raise MalformedError("dependency_too_long", limit=str(MAX_LENGTH))
    # Also no-break spaces, zero-width and direction marks, which come with text from web pages.
    if not spec.isprintable():
        hidden = next(c for c in spec if not c.isprintable())
        raise MalformedError("match_spec_character", character=f"U+{ord(hidden):04X}")
    if spec.startswith("-"):
        raise MalformedError("match_spec_option")
    template = find_jinja(spec)
    if template:
        raise MalformedError("jinja", text=template)


def _channel(text: str) -> tuple[str | None, str | None, str]:
    """``channel/subdir::rest`` to its three parts."""
    channel, separator, rest = text.rpartition("::")
    if not separator:
        if "://" in text:
            raise MalformedError("match_spec_url")
        return None, None, text
    if "::" in channel or not _CHANNEL.fullmatch(channel):
        raise MalformedError("match_spec_channel", channel=channel)
    base, slash, last = channel.rpartition("/")
    if slash and (last in SUBDIRS or last == "noarch"):
        return base, last, rest.lstrip(" ")
    return channel, None, rest.lstrip(" ")


def _name(text: str, spec: str) -> tuple[str, str]:
    match = _NAME.match(text)
    rest = text[match.end() :] if match else ""
    if match and _AFTER_NAME.match(rest):
        return match[0], rest.strip(" ")
    if ";" in text:
        raise MalformedError("match_spec_marker")
    if match and rest.startswith(","):
        raise MalformedError("match_spec_several")
    word = re.split(r"[ =<>(]", text, maxsplit=1)[0]
    raise MalformedError("match_spec_name", name=word or spec)
