"""Probes over REST, and the first one on a machine with a GPU, when a kernel starts there."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

import msgspec
from msgspec import Meta

from jupyter_envs.errors import EnvsError
from jupyter_envs.operations import ask_probe, probe_at_start

from .environments import require_local_kernels
from .messages import NoQuery
from .recorder import Told
from .routing import Accepted, Call
from .services import Services

Framework = Annotated[str, Meta(max_length=40)]


class ProbeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Try ``frameworks``; none means those that the environment's file names, else those that it
    has. ``timeout`` is in seconds for each; null means what is usual for it."""

    frameworks: Annotated[tuple[Framework, ...], Meta(max_length=10)] = ()
    timeout: Annotated[float, Meta(ge=1, le=3600)] | None = None


async def probe(call: Call[ProbeBody, NoQuery]) -> Accepted:
    """Start trying whether its frameworks compute, and where."""
    services, body = call.services, call.body
    require_local_kernels(services)
    job = await services.run(
        lambda: ask_probe(
            services.settings(),
            call.path["env"],
            body.frameworks,
            timeout=body.timeout,
            actor=call.actor,
        )
    )
    return Accepted(job.id)


class FirstProbes:
    """Hears of each kernel that starts. A generation is asked about once in a server's life: what
    could not be tried now is tried by a person, or the next day."""

    def __init__(self, services: Services, log: logging.Logger) -> None:
        self._services = services
        self._log = log
        self._asked: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def started(self, told: Told) -> None:
        """A kernel has started; whose, its kernelspec's metadata says."""
        prefix = str(told.metadata.get("conda_env_path", ""))
        if not prefix or prefix in self._asked or told.pid is None:
            return
        self._asked.add(prefix)
        task = asyncio.get_running_loop().create_task(self._ask(told))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Ask for no more."""
        for task in self._tasks:
            task.cancel()

    async def _ask(self, told: Told) -> None:
        services = self._services
        try:
            job = await services.run(
                lambda: probe_at_start(told.metadata, services.settings(), services.actor(""))
            )
        except (EnvsError, OSError) as error:
            self._log.warning("jupyter_envs cannot try the GPU: %s", error)
        else:
            if job is not None:
                self._log.info("jupyter_envs: trying the GPU in %s", job.request.name)
