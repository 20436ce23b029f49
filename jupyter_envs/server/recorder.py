"""Kernel starts as the server sees them: it knows the notebook, and the kernel's id and process.

The start shim leaves a file for each start, which is all that is needed for most of it. What the
server adds is that a start is in the ledger a moment later, with its notebook, and also where
the shim could leave nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from jupyter_core.utils import ensure_async

from jupyter_envs.errors import EnvsError
from jupyter_envs.operations import absorb_starts, started_kernel

from .local import DOCUMENTS
from .services import Services

#: A session is noted only after its kernel has started, and the shim has its millisecond.
_LATER_SECONDS = 1.0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the server knows of a running kernel. ``path`` is its notebook's for the contents
    API; ``time`` is in seconds since the epoch."""

    kernel_id: str
    kernel: str
    pid: int | None
    path: str | None
    metadata: dict[str, Any]
    time: float


class Recorder:
    """Records the starts of this server's kernels; those in ``on_start`` are told of each, also of
    kernels that are not ours."""

    def __init__(
        self,
        services: Services,
        server: Any,
        log: logging.Logger,
        *,
        on_start: Sequence[Callable[[Told], None]],
    ) -> None:
        self._services = services
        self._server = server
        self._log = log
        self._on_start = on_start
        self._tasks: set[asyncio.Task[None]] = set()

    def started(self, kernel_id: str, began: float) -> None:
        """A kernel has started, ``began`` seconds after the epoch; on the event loop."""
        task = asyncio.get_running_loop().create_task(self._soon(kernel_id, began))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Leave what is not recorded yet to whoever looks next: the shim's files stay."""
        for task in self._tasks:
            task.cancel()

    async def _soon(self, kernel_id: str, began: float) -> None:
        await asyncio.sleep(_LATER_SECONDS)
        try:
            told = await self._ask(kernel_id, began)
            if told is not None:
                for tell in self._on_start:
                    tell(told)
            await self._services.run(self._record, told)
        except (EnvsError, OSError) as error:
            self._log.warning("jupyter_envs cannot record a kernel's start: %s", error)
        except Exception:  # noqa: BLE001 - kernels may be of any kind; none is to suffer from this
            self._log.exception("jupyter_envs cannot record the start of kernel %s", kernel_id)

    async def _ask(self, kernel_id: str, began: float) -> Told | None:
        """What the server knows of the kernel; None where it has ended meanwhile."""
        kernels = self._server.kernel_manager
        if kernel_id not in kernels:
            return None
        manager = kernels.get_kernel(kernel_id)
        sessions = await ensure_async(self._server.session_manager.list_sessions())
        paths = [
            session["path"]
            for session in sessions
            if (session.get("kernel") or {}).get("id") == kernel_id
            and session.get("type") in DOCUMENTS
        ]
        return Told(
            kernel_id=kernel_id,
            kernel=str(manager.kernel_name),
            pid=getattr(getattr(manager, "provisioner", None), "pid", None),
            path=paths[0] if paths else None,
            metadata=dict(getattr(manager.kernel_spec, "metadata", None) or {}),
            time=began,
        )

    def _record(self, told: Told | None) -> None:
        settings, start = self._services.settings(), None
        if told is not None and told.pid is not None:
            start = started_kernel(
                told.metadata,
                pid=told.pid,
                time=told.time,
                kernel=told.kernel,
                kernel_id=told.kernel_id,
                notebook=self._services.files.on_disk(told.path) if told.path else None,
                user=self._services.actor(os.environ.get("JUPYTERHUB_USER", "")),
            )
        absorb_starts(settings, [start] if start else [])
