"""Kernel starts on their way into the ledger: the shim's files, and what a server tells."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.errors import EnvsError
from jupyter_envs.ledger import KernelStart, Ledger, from_seconds
from jupyter_envs.store import (
    DriftRecord,
    GenerationFiles,
    Store,
    process_identity,
    read_environment,
    read_info,
    read_kept,
)

from .context import open_ledger
from .drift import look, view_of
from .settings import Settings


def absorb_starts(settings: Settings, told: Iterable[KernelStart] = ()) -> list[dict[str, Any]]:
    """Record the kernel starts that were noted since the last time, and keep the locks that they
    name. Returns the new events; none where the ledger cannot be written: no work fails for it."""
    with suppress(OSError):
        ledger = open_ledger(settings)
        events = ledger.absorb(told, drift=drift_at)
        for event in events:
            _keep_lock(event, ledger)
        return events
    return []


def drift_at(start: KernelStart) -> str | None:
    """The state of its generation when a kernel started; None where nobody can tell any more.

    What is clean now was clean then. Drift counts only if it was there before: what a kernel
    does to its own environment is not what it was started with.
    """
    record = _record_of(start)
    if record is None:
        return None
    found = view_of(record).state
    return found if found == "clean" or _was_there(record, start.time) else None


def _record_of(start: KernelStart) -> DriftRecord | None:
    """What is known of the start's generation, while that is the current one."""
    store = Store(Path(start.store))
    with suppress(OSError, EnvsError):
        environment = read_environment(store, start.environment)
        if environment is not None and environment.generation == start.generation:
            return look(store, environment)
    return None


def _was_there(record: DriftRecord, moment: datetime) -> bool:
    """Whether it was seen before a moment, or nothing was touched since."""
    # It is written down in whole seconds.
    seen = datetime.fromisoformat(record.checked_at) + timedelta(seconds=1)
    return seen <= moment or max(record.touched, default=0) < moment.timestamp() * 1e9


def _keep_lock(event: dict[str, Any], ledger: Ledger) -> None:
    """Keep what a kernel was started from. It is kept already, unless somebody else made it."""
    store = Store(Path(event["store"]))
    prefix = store.generation(event["environment"], event["generation"])
    with suppress(OSError, EnvsError, msgspec.MsgspecError):
        digest = read_info(prefix).lock_digest
        # Of that name and number there may be another one by now.
        if digest == event["lock_digest"]:
            ledger.keep_lock(digest, read_kept(GenerationFiles(prefix).lock))


def expect_starts(settings: Settings) -> None:
    """Let the start shim note the starts of this user's kernels, if that is possible."""
    with suppress(OSError):
        open_ledger(settings).expect_starts()


def started_kernel(
    metadata: dict[str, Any],
    *,
    pid: int,
    time: float,
    kernel: str,
    kernel_id: str,
    notebook: str | None,
    user: str,
) -> KernelStart | None:
    """The start of a kernel of this host from its kernelspec's ``metadata``, as a server sees it
    (``time`` in seconds since the epoch); None for a kernel that is not ours, or has ended, or
    for a process that only stands for one, of another machine for instance."""
    ours = metadata.get("jupyter_envs")
    prefix = Path(str(metadata.get("conda_env_path", "")))
    if not isinstance(ours, dict) or len(prefix.parts) < 4:
        return None
    process = process_identity(pid)
    if not process.start_time or not _carries(pid, str(ours.get("lock_digest"))):
        return None
    with suppress(KeyError, TypeError, ValueError):
        return KernelStart(
            environment=prefix.parent.name,
            store=str(prefix.parents[2]),
            generation=int(ours["generation"]),
            lock_digest=str(ours["lock_digest"]),
            host=process.host,
            boot_id=process.boot_id,
            pid=pid,
            start_time=process.start_time,
            time=from_seconds(time),
            kernel=kernel,
            kernel_id=kernel_id,
            notebook=notebook,
            user=user,
        )
    return None


def _carries(pid: int, digest: str) -> bool:
    """Whether a process was started by a shim for this lock, as far as the system tells."""
    try:
        environ = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return not Path("/proc/self/environ").exists()
    return f"JUPYTER_ENVS_LOCK={digest}".encode() in environ.split(b"\0")
