"""What Git knows of a file. It is read only, and nothing that a repository holds is run.

A repository is somebody's data: its configuration and its attributes may name programs (hooks,
filters, differences, a file system monitor), which a Git that compares the working tree would
start. So Git is asked for names and for the bytes it stores, which needs none of them, and the
comparison is made here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

#: For each call of Git. Objects are on the disk; what takes longer is a disk in trouble.
_SECONDS = 5.0

#: No environment.yml and no lock is longer; what is, is not compared.
LARGEST = 4 * 1024 * 1024

Checkout = Literal["found", "none", "refused", "no_git", "failed"]
State = Literal["committed", "changed", "added", "untracked", "ignored", "missing"]

#: A file's name is no pattern.
_LITERAL = "--literal-pathspecs"

_OPTIONS = (
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.untrackedCache=false"),
    # A folder that only looks like a repository, as an unpacked archive may have one.
    *("-c", "safe.bareRepository=explicit"),
)


class GitSilentError(Exception):
    """Git could not be started, or did not answer in time: nothing is known then."""


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """``hash`` is the short one, ``time`` ISO 8601 with offset."""

    hash: str
    time: str


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """The checkout that a folder is in. ``head`` is the whole hash, None before the first
    commit. With ``checkout`` other than ``found`` there is nothing to ask; ``reason`` then has
    Git's own words where it said any."""

    checkout: Checkout
    root: str | None = None
    head: str | None = None
    git_dir: str | None = None
    reason: str | None = None


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """One file: ``before`` are its bytes at HEAD, ``now`` those on the disk; None where it is
    not there, or longer than :data:`LARGEST`. ``commit`` is the last one that changed it."""

    state: State
    commit: Commit | None
    before: bytes | None
    now: bytes | None


def find_repository(folder: Path) -> Repository:
    """The checkout a folder is in, if any. No answer is an error: it says what is the case."""
    if _program() is None:
        return Repository(checkout="no_git")
    try:
        return _find(folder)
    except GitSilentError as error:
        return Repository(checkout="failed", reason=str(error))


def _find(folder: Path) -> Repository:
    done = _run(folder, "rev-parse", "--show-toplevel", "--absolute-git-dir")
    lines = os.fsdecode(done.stdout).split("\n")
    if done.returncode == 0 and len(lines) == 3:
        head = _answer(folder, "rev-parse", "--quiet", "--verify", "HEAD^{commit}")
        commit = head.decode("ascii").strip() if head else None
        return Repository(checkout="found", root=lines[0], git_dir=lines[1], head=commit)
    return _refusal(done.stderr.decode("utf-8", "replace"))


def _refusal(said: str) -> Repository:
    first = next((line for line in said.splitlines() if line.strip()), "").strip()
    if "dubious ownership" in said or "safe.directory" in said or "safe.bareRepository" in said:
        return Repository(checkout="refused", reason=first)
    if "not a git repository" in said or "must be run in a work tree" in said:
        return Repository(checkout="none")
    return Repository(checkout="failed", reason=first or None)


def look_at(file: Path, repository: Repository) -> Tracked:
    """What the repository that was found for the file's folder says of it.

    Raises GitSilentError.
    """
    marks = (
        _mark(file),
        *(_mark(Path(str(repository.git_dir), name)) for name in ("index", "info/exclude")),
        *(_mark(folder / ".gitignore") for folder in _folders(file, repository)),
    )
    return _look_at(file, repository.head, marks)


def _folders(file: Path, repository: Repository) -> list[Path]:
    root = Path(str(repository.root))
    return [folder for folder in file.parents if folder == root or root in folder.parents]


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


@lru_cache(maxsize=256)
def _look_at(file: Path, head: str | None, marks: object) -> Tracked:
    """``head`` and ``marks`` tell one state of file and repository from the next."""
    folder, name = file.parent, file.name
    now = _bytes(file)
    # "HEAD:./name" is relative to the folder that Git is run in.
    size = _answer(folder, "cat-file", "-s", f"HEAD:./{name}") if head else None
    if size is None:
        return Tracked(state=_outside(folder, name, now), commit=None, before=None, now=now)
    short = int(size) <= LARGEST
    before = _answer(folder, "cat-file", "blob", f"HEAD:./{name}") if short else None
    state: State = "missing" if now is None and not file.exists() else "changed"
    if before is not None and now is not None and _lines(now) == _lines(before):
        state = "committed"
    return Tracked(state=state, commit=_last_commit(folder, name), before=before, now=now)


def _outside(folder: Path, name: str, now: bytes | None) -> State:
    if _answer(folder, _LITERAL, "ls-files", "--cached", "-z", "--", name):
        return "added"
    if now is None:
        return "missing"
    # It knows no literal ones, and takes what begins so for none of the others.
    ignored = _answer(folder, "check-ignore", "--quiet", "--", f"./{name}")
    return "untracked" if ignored is None else "ignored"


def _lines(data: bytes) -> bytes:
    """Git may have been told to change the ends of lines on their way to the disk."""
    return data.replace(b"\r\n", b"\n")


def _bytes(file: Path) -> bytes | None:
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return None
        return file.read_bytes()
    except OSError:
        return None


def _last_commit(folder: Path, name: str) -> Commit | None:
    form = "--format=%h %cI"
    asked = ("log", "-1", "--no-show-signature", form, "HEAD", "--", name)
    try:
        said = _answer(folder, _LITERAL, *asked)
    except GitSilentError:
        return None  # a long history; all else is known
    parts = said.decode("ascii", "replace").split() if said else []
    return Commit(hash=parts[0], time=parts[1]) if len(parts) == 2 else None


def _answer(folder: Path, *arguments: str) -> bytes | None:
    """What Git prints; None where it says no."""
    done = _run(folder, *arguments)
    return done.stdout if done.returncode == 0 else None


def _program() -> str | None:
    """Git's absolute path: it is run in the repository's folder, where a relative one would
    name a file of the repository."""
    found = shutil.which("git")
    return str(Path(found).absolute()) if found else None


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [_program() or "git", *_OPTIONS, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitSilentError(f"no answer within {_SECONDS:g} seconds") from None
    except OSError as error:
        raise GitSilentError(error.strerror or str(error)) from error


def _environment() -> dict[str, str]:
    """Of Git's own variables only those that say where its configuration is: a hook of another
    repository, say, has some that name that one."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(("GIT_CONFIG", "GIT_EXEC_PATH"))
    }
    return {
        **kept,
        "LC_ALL": "C",  # what it says is looked at
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        # An incomplete clone may name a program that fetches the rest.
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
