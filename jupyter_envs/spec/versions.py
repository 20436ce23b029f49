"""The version and build part of a conda dependency: ``>=1.2,<2``, ``=1.2=py_0``, ``1.2 build*``.

Source: CEP 29 for the operators, CEP 33 for the characters of a version, CEP 26 for those of a
build string, and the forms that conda and rattler read beside them.
"""

from __future__ import annotations

import re

from .malformed import MalformedError

_OPERATORS = frozenset(("", "=", "==", "!=", ">", ">=", "<", "<=", "~="))
_REVERSED = {"=>": ">=", "=<": "<="}

_ATOM = re.compile(
    r"(?P<operator>[<>=!~]*) *(?P<version>(?:[0-9]+!)?[A-Za-z0-9*][A-Za-z0-9_.+*-]*)"
)
_MANY = frozenset("*|^")
_JOIN = re.compile(r" *[,|] *")
_VERSION = re.compile(r"\*|(?:[0-9]+!)?[A-Za-z0-9][A-Za-z0-9_+-]*(?:\.[A-Za-z0-9_+-]+)*(?:\.?\*)?")
_BUILD = re.compile(r"[A-Za-z0-9_.+*|-]+|\^[^\s;]*\$")


def split_version(name: str, text: str) -> tuple[str | None, str | None]:
    """Split what follows the name into version condition and build; each None if absent.

    Raises MalformedError.
    """
    if not text:
        return None, None
    if ";" in text:
        raise MalformedError("match_spec_marker")
    condition = _without_parentheses(text)
    end = _end_of_condition(condition)
    version, rest = condition[:end].rstrip(" "), condition[end:]
    if not rest.strip(" "):
        return version, None
    if re.match(r" *(?:[<>!~]|==)", rest):
        suggestion = f"{name}{version},{rest.strip(' ')}".replace(" ", "")
        raise MalformedError("match_spec_two_conditions", suggestion=suggestion)
    if name in ("pip", "conda", "mamba") and version in ("install", "add", "create"):
        raise MalformedError("match_spec_command")
    return version, _build(rest)


def is_exact_build(build: str) -> bool:
    """Whether a build string fits one build only."""
    return _MANY.isdisjoint(build)


def _build(rest: str) -> str:
    separated = rest[0] in "= "
    build = rest[1:] if rest[0] == "=" else rest.strip(" ")
    if not separated or not _BUILD.fullmatch(build):
        raise MalformedError("match_spec_build", build=rest.strip(" "))
    return build


def _without_parentheses(text: str) -> str:
    """Groups change nothing for the form, if they close and are not empty."""
    if "(" not in text and ")" not in text:
        return text
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            break
    if depth != 0 or re.search(r"\( *\)", text):
        raise MalformedError("match_spec_version", version=text)
    return text.replace("(", "").replace(")", "").strip(" ")


def _end_of_condition(text: str) -> int:
    """Where ``>=1.2,<2|==3`` ends in a longer text."""
    position = 0
    while True:
        atom = _ATOM.match(text, position)
        if atom is None:
            _refuse_operator(text[position:])
            raise MalformedError("match_spec_version", version=text)
        _check_atom(atom, text)
        join = _JOIN.match(text, atom.end())
        if join is None:
            return atom.end()
        position = join.end()


def _check_atom(atom: re.Match[str], text: str) -> None:
    operator, version = atom["operator"], atom["version"]
    _refuse_operator(operator)
    only_star = version == "*" and operator not in ("", "=", "==")
    if operator not in _OPERATORS or only_star or not _VERSION.fullmatch(version):
        raise MalformedError("match_spec_version", version=atom[0] if atom[0] else text)


def _refuse_operator(text: str) -> None:
    for wrong, right in _REVERSED.items():
        if text.startswith(wrong):
            raise MalformedError("match_spec_reversed", operator=wrong, suggestion=right)
