"""The file an environment was made from: what has changed since, and what Git knows of it."""

from __future__ import annotations

import difflib
from itertools import islice
from pathlib import Path

import msgspec

from jupyter_envs.spec import without_credentials
from jupyter_envs.store import Environment, GenerationFiles, SourceInfo

from .behind import source_changed
from .git import (
    LARGEST,
    Checkout,
    Commit,
    GitSilentError,
    Repository,
    State,
    Tracked,
    find_repository,
    look_at,
)
from .included import read_included

#: Lines of a difference that are shown, and of a text that is compared at all.
_SHOWN = 400
_COMPARED = 20_000

LOCK_NAME = "conda-lock.yml"


class TextDiff(msgspec.Struct, frozen=True, kw_only=True):
    """A unified difference of two texts, without logins. ``truncated``: there is more of it, or
    the texts are too long to be compared."""

    text: str
    truncated: bool


class TrackedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file in a Git checkout. ``committed``: it is what HEAD has. ``added``: only the index
    has it yet. ``commit`` is the last one that changed it, ``diff`` leads from HEAD to the disk
    and is None where there is nothing to tell."""

    file: str
    state: State
    commit: Commit | None
    diff: TextDiff | None


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """The file of an environment, now. ``behind`` and ``diff``, which leads from the
    environment's own copy to the file, are None where there is no file to compare with.
    ``checkout`` says whether the file is in a Git checkout; ``head`` and ``files`` (the file, and
    a conda-lock.yml beside it) are there where it is. ``refused``: Git does not read a checkout
    of another owner, ``no_git``: there is no Git here; ``reason`` may say more."""

    file: str | None
    exists: bool
    behind: bool | None
    diff: TextDiff | None
    checkout: Checkout
    reason: str | None = None
    root: str | None = None
    head: str | None = None
    files: tuple[TrackedFile, ...] = ()


def source_state(environment: Environment) -> SourceState:
    """What is to be told of the file of an environment; it runs Git a few times."""
    source = environment.info.source if environment.info else None
    if source is None or source.file is None or source.kind == "environment":
        return SourceState(file=None, exists=False, behind=None, diff=None, checkout="none")
    given = Path(source.file)
    # In a checkout may lie a link to a file of another one, which is then the one to ask.
    file = given.resolve()
    exists = file.is_file()
    own = GenerationFiles(environment.prefix)
    diff = _differences(source, own, file) if exists else None
    folder = next((p for p in file.parents if p.is_dir()), Path("/"))
    repository = find_repository(folder) if folder == file.parent else Repository(checkout="none")
    files: tuple[TrackedFile, ...] = ()
    try:
        files = _files(file, repository)
    except GitSilentError as error:
        repository = Repository(checkout="failed", reason=str(error))
    return SourceState(
        file=str(given),
        exists=exists,
        behind=source_changed(source),
        diff=diff,
        checkout=repository.checkout,
        reason=repository.reason,
        root=repository.root,
        head=repository.head[:12] if repository.head else None,
        files=files,
    )


def _files(file: Path, repository: Repository) -> tuple[TrackedFile, ...]:
    if repository.checkout != "found":
        return ()
    found = [_tracked(file, look_at(file, repository))]
    lock = file.with_name(LOCK_NAME)
    if lock != file:
        beside = look_at(lock, repository)
        if beside.before is not None or beside.now is not None:
            found.append(_tracked(lock, beside))
    return tuple(found)


def _tracked(file: Path, found: Tracked) -> TrackedFile:
    diff = None
    if found.state == "changed" and found.before is not None and found.now is not None:
        diff = text_diff(found.before, found.now, f"HEAD/{file.name}", file.name)
    return TrackedFile(file=str(file), state=found.state, commit=found.commit, diff=diff)


def _differences(source: SourceInfo, own: GenerationFiles, file: Path) -> TextDiff | None:
    """Of the file, and of those that its pip section names."""
    copy = own.spec if source.kind == "spec" else own.lock
    found = [_difference(copy, file, copy.name, file.name)]
    if source.included:
        kept = read_included(own)
        found += [
            _difference(kept[key], file.parent / key, key, key)
            for key in source.included
            if key in kept
        ]
    told = [one for one in found if one is not None]
    if not told:
        return None
    return TextDiff(
        text="".join(one.text for one in told), truncated=any(one.truncated for one in told)
    )


def _difference(own: Path | bytes, file: Path, old: str, new: str) -> TextDiff | None:
    try:
        if file.exists() and file.stat().st_size > LARGEST:
            return TextDiff(text="", truncated=True)
        before = own.read_bytes() if isinstance(own, Path) else own
        after = file.read_bytes() if file.is_file() else b""
    except OSError:
        return None
    return text_diff(before, after, f"environment/{old}", new)


def text_diff(before: bytes, after: bytes, old: str, new: str) -> TextDiff | None:
    """How to get from one text to the other; None where they are the same."""
    if before == after:
        return None
    old_lines, new_lines = _text(before), _text(after)
    if len(old_lines) + len(new_lines) > _COMPARED:
        return TextDiff(text="", truncated=True)
    lines = difflib.unified_diff(old_lines, new_lines, old, new, lineterm="")
    shown = list(islice(lines, _SHOWN + 1))
    return TextDiff(
        text="".join(f"{line}\n" for line in shown[:_SHOWN]), truncated=len(shown) > _SHOWN
    )


def _text(data: bytes) -> list[str]:
    """Lines without logins: masked before they are compared, so that none is shown because of
    its login alone."""
    return without_credentials(data.decode("utf-8", "replace")).splitlines()
