"""Reading a store: which environments there are. No child process, no conda-meta is read."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from jupyter_envs.errors import GenerationNotFound

from .adopted import ADOPTED, adopted_mark, is_in_place
from .files import read_plain
from .layout import HIDDEN, GenerationFiles, Store, is_number
from .model import Environment, GenerationInfo

_INFO = msgspec.json.Decoder(GenerationInfo)
_DIGEST = re.compile("[0-9a-f]{64}")


def list_environments(store: Store) -> list[Environment]:
    """The environments of a store by name: not one that is only being built, and not those that
    are archived."""
    try:
        entries = sorted(os.scandir(store.root), key=lambda entry: entry.name.casefold())
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = (
        read_environment(store, entry.name) for entry in entries if not entry.name.startswith(".")
    )
    return [environment for environment in found if environment is not None]


def list_archived(store: Store) -> list[Environment]:
    """The archived environments of a store, by name."""
    slugs = sorted(_archives(store, _names(store)), key=str.casefold)
    found = (_archived(store, slug) for slug in slugs)
    return [environment for environment in found if environment is not None]


def list_all(store: Store) -> list[Environment]:
    """Archived environments among the others, by name."""
    found = (*list_environments(store), *list_archived(store))
    return sorted(found, key=lambda environment: environment.slug.casefold())


def _archives(store: Store, entries: list[str]) -> list[str]:
    """Slugs of the environments that have an archive and are not among the store's entries."""
    taken = set(entries)
    try:
        names = os.listdir(store.hidden)
    except OSError:
        return []
    return [n for n in names if n not in taken and n[0] != "." and is_archived(store, n)]


def _names(store: Store) -> list[str]:
    """The entries of the store, hidden ones too."""
    try:
        return os.listdir(store.root)
    except (FileNotFoundError, NotADirectoryError):
        return []


def known_slugs(store: Store) -> list[str]:
    """Every environment that has a folder, be it published, archived or only begun.

    A symlink to a folder is a hand's: what it leads to is not ours to tidy up.
    """
    try:
        with os.scandir(store.hidden) as entries:
            names = [one.name for one in entries if _is_folder(one) and one.name[0] != "."]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in names if store.folder(name) != store.operations)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def is_archived(store: Store, slug: str) -> bool:
    """Whether an environment has an archive in the place of its symlink.

    The symlink is the truth: as long as there is one, an archive is an unfinished or a stale one.
    """
    return _is_file(GenerationFiles(store.archive(slug)).info) and not os.path.lexists(
        store.link(slug)
    )


def fingerprints(store: Store) -> dict[str, object]:
    """For each entry of a store something that is another value once the entry has changed.

    It costs four calls of the system for each environment, and reads no file: a swap of the
    symlink, a generation that came or went, a hand that takes files of the current one away, and
    a probe's result change it; what runs from an environment does not. Archived environments
    are among them.
    """
    try:
        with os.scandir(store.root) as entries:
            names = [entry.name for entry in entries if not entry.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    found = {name: _fingerprint(store, name) for name in names}
    for slug in _archives(store, names):
        found[slug] = ("archived", _state(str(GenerationFiles(store.archive(slug)).info)))
    return found


def _fingerprint(store: Store, slug: str) -> object:
    root = os.fspath(store.root)
    try:
        target = os.readlink(f"{root}/{slug}")
    except OSError:  # a folder: made by something else
        if adopted_mark(root, HIDDEN, slug) is None:
            return _state(f"{root}/{slug}/conda-meta")
        target = str(ADOPTED)
    ours, folder = f"{root}/{slug}/conda-meta/jupyter-envs", f"{root}/{HIDDEN}/{slug}"
    return target, _state(folder), _state(ours), _state(f"{folder}/probes")


def generation_of(mark: object) -> int | None:
    """The number that the symlink pointed to, by what :func:`fingerprints` gave for the entry."""
    if not isinstance(mark, tuple) or not isinstance(mark[0], str):
        return None
    number = mark[0].rpartition("/")[2]
    return int(number) if is_number(number) else None


def _state(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path would take longer than this
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def name_in_use(store: Store, slug: str) -> str | None:
    """The name of an entry of the store, or of an archived environment, that is ``slug`` without
    regard to case."""
    names, wanted = _names(store), slug.casefold()
    known = (*names, *_archives(store, names))
    return next((name for name in known if name.casefold() == wanted), None)


def current_generation(store: Store, slug: str) -> int | None:
    """The number the symlink points to, 0 for an adopted directory in the symlink's place; None
    where there is neither, or a symlink to something else."""
    try:
        target = os.readlink(store.link(slug))
    except OSError:
        return ADOPTED if is_in_place(store, slug) else None
    except ValueError:  # no file can have such a name
        return None
    parts = Path(target).parts
    ours = parts[-3:-1] == (HIDDEN, slug) and is_number(parts[-1])
    # Ours are relative; one that a person made may have the whole path.
    return int(parts[-1]) if ours and parts[:-3] in ((), store.root.parts) else None


def complete_generations(store: Store, slug: str) -> tuple[int, ...]:
    """Numbers of the generations that were finished, in order."""
    try:
        names = os.listdir(store.folder(slug))
    except OSError:  # nothing there, no folder, or another's
        return ()
    numbers = (int(name) for name in names if is_number(name))
    return tuple(sorted(n for n in numbers if _is_complete(store.generation(slug, n))))


def _is_complete(prefix: Path) -> bool:
    files = GenerationFiles(prefix)
    return _is_file(files.info) and not files.building.exists()


def _is_file(path: Path) -> bool:
    """Unlike Path.is_file also where it is another's to look into, or the name is too long."""
    return os.path.isfile(path)  # noqa: PTH113 - for that difference


def read_info(prefix: Path) -> GenerationInfo:
    """generation.json of a prefix. Raises GenerationNotFound when there is none to read."""
    try:
        info = _INFO.decode(read_plain(GenerationFiles(prefix).info))
        # They name folders and files of ours: a hand must not make them lead elsewhere.
        if info.slug != prefix.parent.name or not _DIGEST.fullmatch(info.lock_digest):
            raise ValueError(info.slug)
        return info
    except (OSError, ValueError, RecursionError) as error:
        raise GenerationNotFound(
            name=prefix.parent.name, generation=prefix.name, generations="(unreadable)"
        ) from error


def read_environment(store: Store, slug: str) -> Environment | None:
    """The environment in the entry ``slug``; None where that is none, or not complete."""
    path = store.link(slug)
    number = current_generation(store, slug)
    if number is None:
        return _unmanaged(path, slug) or _archived(store, slug)
    prefix = store.generation(slug, number)
    if not _is_complete(prefix):
        return None
    try:
        info = read_info(prefix)
    except GenerationNotFound:
        return None
    return Environment(
        name=info.name,
        slug=slug,
        path=path,
        prefix=prefix,
        managed=True,
        generation=number,
        generations=complete_generations(store, slug),
        info=info,
    )


def _unmanaged(path: Path, slug: str) -> Environment | None:
    if not _is_file(path / "conda-meta" / "history"):
        return None
    return Environment(name=slug, slug=slug, path=path, prefix=path.resolve(), managed=False)


def _archived(store: Store, slug: str) -> Environment | None:
    if not is_archived(store, slug):
        return None
    try:
        info = read_info(store.archive(slug))
    except GenerationNotFound:
        return None
    return Environment(
        name=info.name,
        slug=slug,
        path=store.link(slug),
        prefix=store.archive(slug),
        managed=True,
        info=info,
        archived=True,
    )
