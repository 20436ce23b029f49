"""What answers and what watches, put together. It is loaded a moment after the server's start."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler

from jupyter_envs.errors import EnvsError

from .answering import answer
from .events import SCHEMA_ID, Announcer
from .local import ServerFiles, ServerKernels
from .probes import FirstProbes
from .recorder import Recorder
from .routes import ROUTES
from .services import Services, is_under_a_hub
from .stamps import Stamps
from .table import Found, Table


class Parts:
    """All of them for one server. ``options`` are what the administrator set of
    :class:`jupyter_envs.operations.Settings`."""

    def __init__(
        self,
        server: Any,
        log: logging.Logger,
        *,
        envs_dir: Path | None,
        options: dict[str, Any],
    ) -> None:
        self._server = server
        self._log = log
        self.services = Services(
            envs_dir=envs_dir,
            options=options,
            kernels=ServerKernels(server.kernel_manager, server.session_manager),
            files=ServerFiles(server.contents_manager),
            hub=is_under_a_hub(),
            remote_kernels=bool(server.gateway_config.gateway_enabled),
        )
        self.table = Table(ROUTES)
        self.announcer = Announcer(self.services, self._emit, log)
        self.services.interest = self.announcer.interest
        self.stamps = Stamps()
        self.first_probes = FirstProbes(self.services, log)
        self.recorder = Recorder(
            self.services, server, log, on_start=(self.stamps.started, self.first_probes.started)
        )
        self._tidying: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Follow changes, and clear up after crashes behind everybody's back; on the event loop."""
        self.announcer.start()
        self._tidying = asyncio.get_running_loop().create_task(self._tidy())

    async def stop(self) -> None:
        """Stop following. Operations are processes of their own and go on."""
        if self._tidying is not None:
            self._tidying.cancel()
        self.recorder.stop()
        self.first_probes.stop()
        await self.announcer.stop()
        self.services.close()

    async def answer(self, handler: APIHandler, found: Found) -> None:
        """Answer an authorized request. Raises what is wrong with it, and what its endpoint
        raises."""
        await answer(handler, found, self.services)

    async def _tidy(self) -> None:
        try:
            for line in await self.services.run(self.services.reconcile):
                self._log.info("jupyter_envs: %s", line)
        except (EnvsError, OSError) as error:
            self._log.warning("jupyter_envs cannot use its store: %s", error)

    def _emit(self, data: dict[str, Any]) -> None:
        self._server.event_logger.emit(schema_id=SCHEMA_ID, data=data)
