"""Kernel starts on their way into the ledger: the shim's files, and what a server tells."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jupyter_envs.errors import EnvsError
from jupyter_envs.ledger import KernelStart, from_seconds
from jupyter_envs.store import GenerationFiles, Store, process_identity, read_environment

from .context import open_ledger
from .drift import DriftView, drift_view
from .settings import Settings

#: A kernel that has run for so long has not yet changed its own environment.
_SOON = timedelta(seconds=10)


def absorb_starts(settings: Settings, told: Iterable[KernelStart] = ()) -> list[dict[str, Any]]:
    """Record the kernel starts that were noted since the last time, and keep the locks that they
    name. Returns the new events; none where the ledger cannot be written: no work fails for it."""
    with suppress(OSError):
        ledger = open_ledger(settings)
        events = ledger.absorb(told, drift=drift_at)
        for event in events:
            digest = event["lock_digest"]
            prefix = Store(Path(event["store"])).generation(
                event["environment"], event["generation"]
            )
            # A store of somebody else's: its locks were kept by them, not here.
            with suppress(OSError):
                ledger.keep_lock(digest, GenerationFiles(prefix).lock.read_bytes())
        return events
    return []


def drift_at(start: KernelStart) -> str | None:
    """The state of its generation when a kernel started; None where nobody can tell any more.

    What is clean now was clean then. Drift counts if it was known before the start, or if it is
    looked for right after it.
    """
    seen = _seen(start)
    if seen is None:
        return None
    if seen.state in ("clean", "unknown"):
        return None if seen.state == "unknown" else seen.state
    known = seen.checked_at is not None and datetime.fromisoformat(seen.checked_at) <= start.time
    fresh = datetime.now().astimezone() - start.time < _SOON
    return seen.state if known or fresh else None


def _seen(start: KernelStart) -> DriftView | None:
    """What is known of the start's generation, while that is the current one."""
    store = Store(Path(start.store))
    with suppress(OSError, EnvsError):
        environment = read_environment(store, start.environment)
        if environment is not None and environment.generation == start.generation:
            return drift_view(store, environment)
    return None


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
    (``time`` in seconds since the epoch); None for a kernel that is not ours, or has ended."""
    ours = metadata.get("jupyter_envs")
    prefix = Path(str(metadata.get("conda_env_path", "")))
    if not isinstance(ours, dict) or len(prefix.parts) < 4:
        return None
    process = process_identity(pid)
    if not process.start_time:
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
