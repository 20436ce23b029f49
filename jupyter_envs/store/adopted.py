"""An adopted environment: a directory that another tool made, which is generation 0.

It stays where it is until there is a generation 1. Until then ``<environment>/0`` is a symlink to
it, so that generation 0 has the same path all the time; and it is adopted as soon as its
generation.json is in it. The first update exchanges the directory with the symlink to the new
generation, and then the directory with ``<environment>/0``.

Paths of its own name are written into its files. They lead to it while it is the current
generation, whichever of the two places it is in.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from jupyter_envs.errors import AdoptionImpossible

from .exchange import exchange
from .files import make_folder, sync_folder
from .layout import GenerationFiles, Store

ADOPTED = 0
"""The number of the generation that an adopted directory is."""


def is_in_place(store: Store, slug: str) -> bool:
    """Whether an adopted directory still lies where the other tool made it."""
    # Asked of everything in a store that another tool made: a symlink first, which few have.
    if not _is_pointer(store, slug):
        return False
    link = store.link(slug)
    if link.is_symlink():
        return False
    return os.path.isfile(GenerationFiles(link).info)  # noqa: PTH113 - also of what is another's


def adopted_mark(root: str, hidden: str, slug: str) -> str | None:
    """The target of the symlink that a directory in place has; None where it has none."""
    try:
        return os.readlink(f"{root}/{hidden}/{slug}/{ADOPTED}")
    except OSError:
        return None


def begin_adoption(store: Store, slug: str) -> None:
    """Give the directory its path as a generation; nothing is written into it.

    It is no generation yet. Raises StoreReadOnly.
    """
    make_folder(store.leases(slug))
    pointer = store.generation(slug, ADOPTED)
    with suppress(FileNotFoundError):
        pointer.unlink()
    pointer.symlink_to(_target(slug))


def commit_adoption(store: Store, slug: str, staging: Path) -> None:
    """Put our files, which lie in ``staging``, into the directory by one rename: it is adopted.

    Raises AdoptionImpossible where there are files of ours already.
    """
    files = GenerationFiles(store.link(slug))
    sync_folder(staging)
    sync_folder(store.folder(slug))
    try:
        staging.rename(files.folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        raise AdoptionImpossible(name=slug, reason=f"{files.folder} exists already") from error
    sync_folder(files.folder.parent)


def settle_adoption(store: Store, slug: str) -> str | None:
    """After a kill: take back an adoption that was not committed, finish an exchange that was.

    To be called with the environment's lock held. Returns what was done, as a word.
    """
    if _finish_exchange(store, slug):
        return "exchanged"
    if not is_taken_away(store, slug) and _is_lost_pointer(store, slug):
        store.generation(slug, ADOPTED).unlink()
        return "taken back"
    return None


def is_taken_away(store: Store, slug: str) -> bool:
    """Whether a directory that was adopted is not there any more, without a word to us."""
    return _is_pointer(store, slug) and not os.path.lexists(store.link(slug))


def needs_settling(store: Store, slug: str) -> bool:
    """Whether something was cut short or taken away; no lock is needed to ask."""
    return os.path.lexists(_spare(store, slug)) or _is_lost_pointer(store, slug)


def _is_lost_pointer(store: Store, slug: str) -> bool:
    return _is_pointer(store, slug) and not is_in_place(store, slug)


def trade_places(store: Store, slug: str, number: int) -> None:
    """Make ``number`` current in the place of an adopted directory, which becomes
    ``<environment>/0`` itself. A kill in between is for :func:`settle_adoption`.

    Raises OSError where the file system cannot; nothing has changed then.
    """
    settle_adoption(store, slug)
    spare = _spare(store, slug)
    spare.symlink_to(store.link_target(slug, number))
    try:
        exchange(spare, store.link(slug))
    except BaseException:
        spare.unlink()
        raise
    sync_folder(store.root)
    sync_folder(store.folder(slug))
    _finish_exchange(store, slug)


def _finish_exchange(store: Store, slug: str) -> bool:
    spare = _spare(store, slug)
    if not os.path.lexists(spare):
        return False
    if not spare.is_symlink():
        exchange(spare, store.generation(slug, ADOPTED))
        sync_folder(store.folder(slug))
    # Before: the symlink to a generation that did not become current; now: to the directory.
    spare.unlink()
    sync_folder(store.folder(slug))
    return True


def _spare(store: Store, slug: str) -> Path:
    # No name that a clean would take for something left over: it may be the directory.
    return store.folder(slug) / "exchange"


def _target(slug: str) -> str:
    return f"../../{slug}"


def _is_pointer(store: Store, slug: str) -> bool:
    return adopted_mark(str(store.root), store.hidden.name, slug) == _target(slug)


def discard_staging(staging: Path) -> None:
    """Remove files that did not get into a directory."""
    shutil.rmtree(staging, ignore_errors=True)


def processes_in(prefix: Path) -> tuple[int, ...]:
    """Pids of this user's processes whose program lies in a prefix, whoever started them."""
    inside = f"{prefix.resolve()}/"
    found = []
    for name in _entries("/proc"):
        if name.isdigit():
            with suppress(OSError):  # another's, or gone
                if os.readlink(f"/proc/{name}/exe").startswith(inside):
                    found.append(int(name))
    return tuple(sorted(found))


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
