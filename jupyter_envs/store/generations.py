"""The life of a generation: begun, finished or discarded, made current."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec

from jupyter_envs.errors import PathTooLong

from .adopted import ADOPTED, is_in_place, settle_adoption, trade_places
from .drift_record import forget_drift
from .environments import complete_generations, current_generation, is_archived
from .files import discard_tree, make_folder, read_plain, sync_folder, write_atomically
from .layout import MAX_PREFIX_BYTES, GenerationFiles, Store, is_number
from .model import GenerationInfo
from .probe_record import forget_probes


class Building(msgspec.Struct, frozen=True, kw_only=True):
    """The ``building`` marker: which operation is at work, and what was asked of it."""

    operation: str
    request: dict[str, object]


def next_number(store: Store, slug: str) -> int:
    """A number that no generation of this environment ever had."""
    counter = store.folder(slug) / "next"
    try:
        reserved = int(read_plain(counter, most=100))
    except (OSError, ValueError):
        reserved = 1
    return max([reserved, *(n + 1 for n in _numbers(store, slug))])


def _numbers(store: Store, slug: str) -> list[int]:
    try:
        return [int(name) for name in os.listdir(store.folder(slug)) if is_number(name)]
    except OSError:
        return []


def begin_generation(store: Store, slug: str, number: int, building: Building) -> GenerationFiles:
    """Make the folder of a new generation, marked as being built.

    Raises PathTooLong and StoreReadOnly.
    """
    prefix = store.generation(slug, number)
    length = len(os.fsencode(prefix))
    if length > MAX_PREFIX_BYTES:
        raise PathTooLong(path=str(prefix), length=length, limit=MAX_PREFIX_BYTES)
    files = GenerationFiles(prefix)
    make_folder(files.folder)
    make_folder(store.leases(slug))
    # The request holds the environment.yml as it was given, and so may this file a login.
    write_atomically(files.building, msgspec.json.encode(building), mode=0o600)
    return files


def unfinished_generations(store: Store, slug: str) -> dict[int, Building | None]:
    """Generations that were begun and not finished; None where the marker cannot be read."""
    found: dict[int, Building | None] = {}
    complete = set(complete_generations(store, slug))
    for number in _numbers(store, slug):
        # An adopted directory was built by nobody here, whatever it lacks.
        if number not in complete and number != ADOPTED:
            found[number] = _read_marker(GenerationFiles(store.generation(slug, number)))
    return found


def _read_marker(files: GenerationFiles) -> Building | None:
    try:
        return msgspec.json.decode(read_plain(files.building), type=Building)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def finish_generation(
    store: Store, slug: str, files: GenerationFiles, info: GenerationInfo
) -> None:
    """Write generation.json and take the marker away: the generation is complete."""
    write_atomically(files.info, msgspec.json.format(msgspec.json.encode(info), indent=2))
    write_atomically(store.folder(slug) / "next", str(info.number + 1).encode())
    files.building.unlink(missing_ok=True)
    sync_folder(files.folder)


def discard_generation(store: Store, slug: str, number: int) -> None:
    """Remove one generation, leases of it included: the next one may take its number.

    The environment's folder goes with its last generation.
    """
    discard_tree(store.generation(slug, number), store.trash)
    forget_drift(store, slug, number)
    forget_probes(store, slug, number)
    for lease in store.leases(slug).glob(f"{number}-*.json"):
        lease.unlink(missing_ok=True)
    forget_empty(store, slug)


def forget_empty(store: Store, slug: str) -> None:
    """Remove the folder of an environment that has neither generation nor symlink nor archive.

    To be called with the environment's lock held: the lock file goes too.
    """
    if _numbers(store, slug) or current_generation(store, slug) is not None:
        return
    if is_archived(store, slug):
        return
    discard_tree(store.folder(slug), store.trash)


def retract(store: Store, slug: str) -> None:
    """Take the symlink away, or the adopted directory in its place: the environment is there no
    more, for us and for conda."""
    if is_in_place(store, slug):
        discard_tree(store.link(slug), store.trash)
    else:
        store.link(slug).unlink(missing_ok=True)
    sync_folder(store.root)


def make_current(store: Store, slug: str, number: int) -> None:
    """Point the symlink to a generation, by one rename; an adopted directory in its place
    becomes generation 0 by an exchange."""
    settle_adoption(store, slug)
    if is_in_place(store, slug):
        if number != ADOPTED:
            trade_places(store, slug, number)
        return
    temporary = store.root / f".{slug}.{uuid.uuid4().hex[:8]}"
    temporary.symlink_to(store.link_target(slug, number))
    try:
        temporary.replace(store.link(slug))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(store.root)


@contextmanager
def revocable(store: Store, slug: str) -> Iterator[None]:
    """Make a generation current inside; where something fails there, the name leads again to what
    it led to before.

    The way back is laid first, since a full disk may take no new name: a symlink in the
    environment's own folder, where it leads nowhere and is nobody's environment.
    """
    link, spare = store.link(slug), store.folder(slug) / "back"
    adopted = is_in_place(store, slug)
    before = link.readlink() if link.is_symlink() else None
    spare.unlink(missing_ok=True)
    if before is not None:
        spare.symlink_to(before)
    try:
        yield
    except BaseException:
        if before is not None:
            spare.replace(link)
        elif adopted:
            make_current(store, slug, ADOPTED)
        else:
            link.unlink(missing_ok=True)
        with suppress(OSError):
            sync_folder(store.root)
        raise
    finally:
        spare.unlink(missing_ok=True)
