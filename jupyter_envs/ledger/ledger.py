"""What was made, changed, removed and run, by whom and when."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jupyter_envs.errors import naming

from .chain import append_line, held_chain, hosts, month_files, month_of
from .query import Wanted, find_events, read_events
from .starts import KernelStart, merged, read_starts, starts_folder
from .times import as_time, now_here
from .verify import Fault, verify_chains

KERNEL_STARTED = "kernel_started"

#: Disks of other machines have clocks of their own.
_CLOCKS_DIFFER = timedelta(days=2)
#: A start that was taken in within this time was recorded when it happened.
_AT_ONCE = timedelta(seconds=1)
#: What is seen now is what a kernel started with, this long after its start.
_STILL_THE_SAME = timedelta(minutes=1)

T = TypeVar("T")

DriftOf = Callable[[KernelStart], str | None]


class Ledger(msgspec.Struct, frozen=True):
    """The record under ``<root>/ledger`` and the locks under ``<root>/locks``."""

    root: Path
    host: str

    @property
    def chains(self) -> Path:
        """The folder of all hosts' chains."""
        return self.root / "ledger"

    def record(self, action: str, actor: str, *, now: datetime | None = None, **facts: Any) -> str:
        """Append an event such as ``environment_created``; returns its hash.

        ``facts`` are names, numbers and digests; never credentials. ``now`` is for an event of
        another moment, in tests.
        """
        moment = now or now_here()
        entry = {
            "id": uuid.uuid4().hex,
            # Events of two hosts are put in order by it.
            "time": moment.isoformat(timespec="microseconds"),
            "actor": actor,
            "action": action,
            **facts,
        }
        return append_line(self.chains, self.host, entry, now=moment)

    def expect_starts(self) -> None:
        """Make the folder that the start shim writes to: it runs no program, so it cannot."""
        starts_folder(self.root).mkdir(parents=True, exist_ok=True, mode=0o700)

    def absorb(
        self, told: Iterable[KernelStart] = (), *, drift: DriftOf | None = None
    ) -> list[dict[str, Any]]:
        """Record the kernel starts that the shim has left files of, and those that are ``told``;
        returns the new events. Each start is recorded once, whoever tells of it, how often, and
        whenever one of them dies on the way.

        ``drift`` tells the state of an environment now. It is asked for starts of the last
        minute alone: nobody knows what it was before."""
        folder, told = starts_folder(self.root), list(told)
        waiting = merged([*told, *(start for _, start in read_starts(folder, self.host))])
        if not waiting:
            return []
        # Before the chain is held: who looks at drift may hold a lock of its own, and want the
        # chain, to tell of it. A start that comes meanwhile has none.
        drifts = _drifts(waiting, drift) if drift else {}
        with held_chain(self.chains, self.host) as chain:
            files = list(read_starts(folder, self.host))
            starts = merged([*told, *(start for _, start in files)])
            known = self._recorded(starts)
            now = now_here()
            entries = [_entry(one, now, drifts) for one in starts if one.id not in known]
            if entries:
                chain.append(entries, now=now)
        for path, _ in files:
            with suppress(OSError):
                path.unlink()
        return entries

    def _recorded(self, starts: list[KernelStart]) -> set[str]:
        """The ids that are in the chain already."""
        if not starts:
            return set()
        first = month_of(starts[0].time - _CLOCKS_DIFFER)
        wanted = {start.id: f'"id":"{start.id}"'.encode() for start in starts}
        found: set[str] = set()
        for path in month_files(self.chains / self.host):
            if path.stem >= first:
                data = path.read_bytes()
                found |= {name for name, needle in wanted.items() if needle in data}
        return found

    def last_starts(self) -> dict[tuple[str, str], datetime]:
        """When a kernel of each environment (store, slug) last started, as far as it is known.
        Months that are over are read once for a process."""
        found: dict[tuple[str, str], datetime] = {}
        waiting = [one for _, one in read_starts(starts_folder(self.root), self.host)]
        parts = [{(one.store, one.environment): one.time for one in merged(waiting)}]
        for host in hosts(self.chains):
            for path in month_files(self.chains / host):
                state = path.stat()
                parts.append(_last_starts(str(path), state.st_mtime_ns, state.st_size))
        for part in parts:
            for key, moment in part.items():
                found[key] = max(moment, found.get(key, moment))
        return found

    def events(self) -> list[dict[str, Any]]:
        """Every host's events, oldest first."""
        return find_events(self.chains, Wanted())

    def find(
        self,
        *,
        since: str | None = None,
        until: str | None = None,
        environment: str | None = None,
        digest: str | None = None,
        notebook: str | None = None,
        action: str | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Events between two times, of an environment (its slug), of a lock digest (or how it
        begins), of a notebook (its path, or how that ends), of one action; oldest first, and of
        many the newest ``limit``. Raises TimeInvalid."""
        return self.select(
            Wanted(
                since=as_time(since),
                until=as_time(until),
                environment=environment,
                digest=digest,
                notebook=notebook,
                action=action,
                limit=limit,
            )
        )

    def select(self, wanted: Wanted) -> list[dict[str, Any]]:
        """Events that are wanted, oldest first."""
        return find_events(self.chains, wanted)

    def read(self, wanted: Wanted, kind: type[T]) -> list[T]:
        """The same as structs of a kind; what somebody has spoilt is left out."""
        return read_events(self.chains, wanted, kind)

    def keep_lock(self, digest: str, lock: bytes) -> None:
        """Keep a published lock by its digest, for good."""
        path = self.lock_file(digest)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.parent / f".{digest}.{uuid.uuid4().hex[:8]}"
        try:
            with naming(path), temporary.open("wb") as file:
                file.write(lock)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise

    def lock(self, digest: str) -> bytes | None:
        """A lock that was once published, or None."""
        path = self.lock_file(digest)
        return path.read_bytes() if path.is_file() else None

    def lock_file(self, digest: str) -> Path:
        """Where a lock of this digest is kept, if it is."""
        return self.root / "locks" / f"{digest}.yml"

    def kept_digests(self, beginning: str = "") -> list[str]:
        """Digests of the locks that are kept and begin so."""
        try:
            names = os.listdir(self.root / "locks")
        except OSError:
            return []
        kept = (name.removesuffix(".yml") for name in names if name.endswith(".yml"))
        return sorted(d for d in kept if d.startswith(beginning) and not d.startswith("."))

    def verify(self) -> list[Fault]:
        """Edited, removed, missing and torn lines. An empty list means that every chain holds."""
        return verify_chains(self.chains)


def _drifts(starts: list[KernelStart], drift: DriftOf) -> dict[str, str | None]:
    """The state of each start's environment, by the start's id."""
    now = now_here()
    return {one.id: drift(one) for one in starts if now - one.time <= _STILL_THE_SAME}


def _entry(start: KernelStart, now: datetime, drifts: dict[str, str | None]) -> dict[str, Any]:
    when = {"time": start.time.isoformat(timespec="microseconds")}
    if abs(now - start.time) > _AT_ONCE:
        when["recorded"] = now.isoformat(timespec="microseconds")
    return {
        "id": start.id,
        **when,
        "actor": start.user or "",
        "action": KERNEL_STARTED,
        **start.facts(),
        "drift": drifts.get(start.id),
    }


@lru_cache(maxsize=64)
def _last_starts(path: str, mtime: int, size: int) -> dict[tuple[str, str], datetime]:
    """Of one month's file; the other two arguments tell one state of it from the next."""
    found: dict[tuple[str, str], datetime] = {}
    needle = f'"action":"{KERNEL_STARTED}"'.encode()
    for line in Path(path).read_bytes().split(b"\n"):
        if needle not in line:
            continue
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            event = _STARTED.decode(line)
            key = (event.store, event.environment)
            found[key] = max(event.time, found.get(key, event.time))
    return found


class _Started(msgspec.Struct):
    store: str
    environment: str
    time: datetime


_STARTED = msgspec.json.Decoder(_Started)


def content_hash(data: bytes) -> str:
    """sha256 (hex), as sources are named in events."""
    return hashlib.sha256(data).hexdigest()
