"""The files that a pip section names by ``-r`` and ``-c``: read when something is asked for.

Their bytes travel with the request, so that what is built is what was asked, and are kept with
the generation beside the spec. Only files below the spec's folder, or below the repository
that it is in, are read: a spec from somewhere else must not reach into the rest of a home.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from jupyter_envs.errors import PipUnsupported
from jupyter_envs.spec import (
    Spec,
    file_in_line,
    parse_spec,
    requirement_lines,
    without_credentials,
)

from .requests import Source, SpecSource

_MOST_FILES = 50
_MOST_BYTES = 1_000_000
_VARIABLE = re.compile(r"\$\{?\w|^~")


class PipPart(msgspec.Struct, frozen=True):
    """What pip is asked for once no line names a file any more."""

    lines: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


def with_pip_files(source: Source) -> Source:
    """The source with the bytes of the files that its pip section names.

    Raises PipUnsupported for one that cannot be read or lies elsewhere.
    """
    if not isinstance(source, SpecSource) or source.included:
        return source
    spec = parse_spec(source.data, file=source.file or "environment.yml").spec
    if spec is None or not any(file_in_line(line) for line in spec.pip):
        return source
    if source.file is None:
        line = next(line for line in spec.pip if file_in_line(line))
        raise PipUnsupported(
            line=without_credentials(line),
            reason="a text has no folder in which that file could be looked for",
            hint="Save the environment.yml beside it, or copy its lines here.",
        )
    included: dict[str, bytes] = {}
    _collect(spec.pip, "", Path(source.file).absolute().parent, included)
    return replace(source, included=included)


def _collect(lines: Sequence[str], folder: str, base: Path, included: dict[str, bytes]) -> None:
    """Read what ``lines`` name, relative to ``folder``, which is relative to ``base``."""
    for line in lines:
        named = file_in_line(line)
        if named is None:
            continue
        key = _key(folder, named[1])
        if key in included:
            continue
        if len(included) >= _MOST_FILES:
            raise _refused(line, f"there are more than {_MOST_FILES} such files")
        included[key] = _read(line, named[1], key, base)
        inner = _lines(line, included[key])
        _collect(inner, os.path.dirname(key), base, included)  # noqa: PTH120 - a name, not a path


def _key(folder: str, path: str) -> str:
    """The file's name relative to the spec's folder; where it really is, is asked later."""
    return os.path.normpath(os.path.join(folder, path))  # noqa: PTH118 - names, not paths


def _read(line: str, path: str, key: str, base: Path) -> bytes:
    if "://" in path:
        raise _refused(line, "a file from the network may be another one each time")
    if Path(path).is_absolute() or _VARIABLE.search(path) or "\\" in path:
        raise _refused(line, "the file has to be given relative to this one")
    place = (base / key).resolve()
    if not place.is_relative_to(_root(base)):
        raise _refused(line, "the file is outside the folder and the repository of this one")
    try:
        if place.stat().st_size > _MOST_BYTES or not place.is_file():
            raise _refused(line, "it is not a file of requirements")
        return place.read_bytes()
    except OSError as error:
        raise _refused(line, f"{place}: {error.strerror or error}") from error


def _root(base: Path) -> Path:
    """The repository that ``base`` is in, else ``base``."""
    base = base.resolve()
    return next((folder for folder in (base, *base.parents) if (folder / ".git").exists()), base)


def _lines(line: str, data: bytes) -> tuple[str, ...]:
    try:
        return requirement_lines(data)
    except ValueError as error:
        raise _refused(line, str(error)) from error


def _refused(line: str, reason: str) -> PipUnsupported:
    hint = "Put the file beside the environment.yml, or copy its lines into the pip section."
    return PipUnsupported(line=without_credentials(line), reason=reason, hint=hint)


def pip_part(lines: Sequence[str], included: Mapping[str, bytes]) -> PipPart:
    """The pip section with the lines of the files in the place of their names.

    As for pip, a requirement that a file of constraints reaches is a constraint, too.
    """
    found: dict[bool, list[str]] = {False: [], True: []}
    _expand(lines, "", False, included, found, set())
    return PipPart(tuple(found[False]), tuple(found[True]))


def _expand(
    lines: Sequence[str],
    folder: str,
    constrains: bool,
    included: Mapping[str, bytes],
    found: dict[bool, list[str]],
    seen: set[tuple[bool, str]],
) -> None:
    for line in lines:
        named = file_in_line(line)
        if named is None:
            found[constrains].append(line)
            continue
        inner = constrains or named[0]
        key = _key(folder, named[1])
        if key not in included:
            found[False].append(line)  # refused, with its reason, by who checks the lines
        elif (inner, key) not in seen:
            seen.add((inner, key))
            text = _lines(line, included[key])
            place = os.path.dirname(key)  # noqa: PTH120 - a name, not a path
            _expand(text, place, inner, included, found, seen)


def all_lines(spec: Spec, pip: PipPart) -> Spec:
    """The spec with the lines of the files its pip section names, as if they stood in it."""
    return replace(spec, pip=(*pip.lines, *(f"-c {line}" for line in pip.constraints)))
