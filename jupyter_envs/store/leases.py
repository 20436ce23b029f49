"""Who uses which generation.

The start shim writes a lease for every process it starts, on whatever host. A generation with
a live lease is never collected.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Literal

import msgspec

from .files import read_plain
from .identity import ProcessIdentity, is_alive, process_identity
from .layout import HIDDEN, Store

#: A lease of another host cannot be checked from here; after this long it counts no more.
FOREIGN_LEASE_SECONDS = 7 * 24 * 3600

#: A lease is a line.
_MOST_BYTES = 10_000


class Lease(msgspec.Struct, frozen=True):
    """One line of JSON, written by the start shim."""

    generation: int
    host: str
    boot_id: str
    pid: int
    start_time: int

    @property
    def process(self) -> ProcessIdentity:
        """The process that holds the lease."""
        return ProcessIdentity(self.host, self.boot_id, self.pid, self.start_time)


def live_leases(store: Store, slug: str) -> tuple[Lease, ...]:
    """Leases that still count; those of dead processes of this host are cleared away."""
    return tuple(lease for path in _paths(store, slug) if (lease := _live(path)) is not None)


def leased_generations(store: Store, slug: str) -> set[int]:
    """Generations that something runs from; nothing is cleared away."""
    return {lease.generation for path in _paths(store, slug) if (lease := _read(path))}


def drop_lease(store: Store, slug: str, pid: int) -> None:
    """Let a process of this host count no more, while it still runs: nobody works with it."""
    mine = process_identity(pid)
    for path in _paths(store, slug):
        lease = _read(path)
        if lease and lease.process == mine:
            path.unlink(missing_ok=True)


def stale_leases(store: Store, slug: str) -> tuple[Path, ...]:
    """Files of leases that count no more; nothing is cleared away."""
    return tuple(path for path in _paths(store, slug) if _read(path) is False)


def processes_of(store: Store, slug: str) -> tuple[int, ...]:
    """Pids on this host that were started from any generation of the environment."""
    return tuple(lease.pid for lease in live_leases(store, slug) if is_alive(lease.process))


def _paths(store: Store, slug: str) -> list[Path]:
    # Neither a glob nor a Path: they take longer than the call, most environments have no
    # leases, and a list of environments asks for each.
    folder = f"{store.root}/{HIDDEN}/{slug}/leases"
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [Path(folder, name) for name in sorted(names) if name.endswith(".json")]


def _live(path: Path) -> Lease | None:
    found = _read(path)
    if found is False:
        path.unlink(missing_ok=True)
    return found or None


def _read(path: Path) -> Lease | Literal[False] | None:
    """The lease of a file; False for one that counts no more, None for what cannot be read."""
    try:
        lease = msgspec.json.decode(read_plain(path, most=_MOST_BYTES), type=Lease)
        age = time.time() - path.stat().st_mtime
    except (OSError, msgspec.MsgspecError):
        return None
    alive = is_alive(lease.process)
    return lease if alive or (alive is None and age < FOREIGN_LEASE_SECONDS) else False
