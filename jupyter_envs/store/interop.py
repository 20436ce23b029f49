"""The files by which conda and mamba know our prefixes as theirs."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from jupyter_envs.errors import StoreReadOnly
from jupyter_envs.lock import LockedPackage

from .files import write_atomically
from .layout import HIDDEN

#: What tells an entry of ours.
_CMD = "# cmd: jupyter envs"

_AS_IT_IS = "surrogateescape"


def write_history(
    prefix: Path,
    before: Sequence[LockedPackage],
    after: Sequence[LockedPackage],
    specs: Sequence[str],
    *,
    previous: str = "",
) -> None:
    """Write ``conda-meta/history`` so that ``conda list --revisions`` tells all generations.

    ``previous`` is the history of the generation before. The line ``conda version`` is what
    conda's own parser looks for; its format is conda's "history" module's.
    """
    old, new = _dists(before), _dists(after)
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    lines = [f"==> {stamp} <==", _CMD, "# conda version: 4.0.0"]
    lines += [f"-{dist}" for dist in sorted(old - new)]
    lines += [f"+{dist}" for dist in sorted(new - old)]
    # A literal of Python, as conda writes and reads it; JSON's is another one beyond U+FFFF.
    lines.append(f"# update specs: {list(specs)!a}")
    text = _own_part(previous) + "\n".join(lines) + "\n"
    (prefix / "conda-meta" / "history").write_text(text, "utf-8")


def _own_part(history: str) -> str:
    """A history without what conda appended to the end of it: what it did in one generation is
    not in the next one, or is there for another reason."""
    blocks = re.split(r"^(?===>)", history, flags=re.MULTILINE)
    while len(blocks) > 1 and _CMD not in blocks[-1]:
        blocks.pop()
    return "".join(blocks) if _CMD in blocks[-1] else history


def _dists(packages: Iterable[LockedPackage]) -> set[str]:
    return {_dist(p) for p in packages if p.manager == "conda"}


def _dist(package: LockedPackage) -> str:
    folder = package.url.rpartition("/")[0]
    return f"{folder}::{package.name}-{package.version}-{package.build}"


def read_history(prefix: Path) -> str:
    """The history of a prefix, empty where there is none."""
    try:
        return (prefix / "conda-meta" / "history").read_text("utf-8")
    except FileNotFoundError:
        return ""


def write_state(prefix: Path, variables: Mapping[str, str]) -> None:
    """``conda-meta/state``: the spec's variables, so that conda's activation sets them too."""
    if variables:
        body = {"version": 1, "env_vars": dict(variables)}
        (prefix / "conda-meta" / "state").write_text(json.dumps(body), "utf-8")


def remove_cache_tag(prefix: Path) -> None:
    """The installer marks the prefix as a cache, and backup tools then leave it out."""
    (prefix / "CACHEDIR.TAG").unlink(missing_ok=True)


def register_environment(register: Path, link: Path) -> bool:
    """Have a line for ``link`` in conda's environments.txt, and none for its generations.

    Returns whether the file had to be changed. Raises StoreReadOnly where it cannot be used.
    """
    return _edit_register(register, lambda lines: _with(lines, link))


def forget_environment(register: Path, link: Path) -> None:
    """Have no line for ``link`` or its generations in environments.txt. Raises StoreReadOnly."""
    if register.exists():
        _edit_register(register, lambda lines: _without(lines, link))


def _with(lines: Sequence[str], link: Path) -> list[str]:
    others = _without(lines, link)
    # A line that is there stays where it is, or each environment would move behind the others.
    as_wanted = len(others) == len(lines) - 1 and str(link) in lines
    return list(lines) if as_wanted else [*others, str(link)]


def _without(lines: Sequence[str], link: Path) -> list[str]:
    # From inside a kernel conda writes the generation's path: not a place to go by.
    generations = f"{link.parent / HIDDEN / link.name}/"
    return [line for line in lines if line != str(link) and not line.startswith(generations)]


def _edit_register(register: Path, edit: Callable[[Sequence[str]], list[str]]) -> bool:
    try:
        return _edit(register.resolve(), edit)
    except (FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise StoreReadOnly(
            path=str(register),
            reason=error.strerror or str(error),
            hint="conda keeps its list of environments there; ours work without it.",
        ) from error


def _edit(register: Path, edit: Callable[[Sequence[str]], list[str]]) -> bool:
    register.parent.mkdir(parents=True, exist_ok=True)
    guard = os.open(register.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some network file systems have no flock; the rename still holds
            fcntl.flock(guard, fcntl.LOCK_EX)
        if register.exists() and not register.is_file():  # reading a pipe would wait for ever
            raise IsADirectoryError(errno.EISDIR, "it is no plain file", str(register))
        # Lines of other tools are kept as they are, whatever their bytes.
        before = register.read_bytes().decode(errors=_AS_IT_IS) if register.exists() else ""
        lines = [line for line in before.splitlines() if line.strip()]
        after = "".join(f"{line}\n" for line in edit(lines))
        if after == before:
            return False
        write_atomically(register, after.encode(errors=_AS_IT_IS))
        return True
    finally:
        os.close(guard)
