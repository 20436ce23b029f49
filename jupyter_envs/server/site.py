"""Endpoints of the site: what this server is, its policy, and disk space."""

from __future__ import annotations

import os
import platform

from jupyter_envs import __version__
from jupyter_envs.errors import EnvsError, Problem
from jupyter_envs.export import FORMATS
from jupyter_envs.operations import ask_clean

from .messages import (
    CleanBody,
    Info,
    NoQuery,
    PolicyView,
)
from .routing import Accepted, Call
from .services import Services


async def info(call: Call[None, NoQuery]) -> Info:
    """What this server is and may; answered also where nothing else works."""
    call.services.interest()
    return await call.services.run(_info, call.services)


def _info(services: Services) -> Info:
    wrong: EnvsError | None = None
    folder = policy = None
    try:
        folder = services.settings().envs_dir
        policy = PolicyView.of(services.policy())
    except EnvsError as error:
        wrong = error
    return Info(
        version=__version__,
        platform=f"{platform.system()} {platform.machine()}",
        envs_dir=str(folder) if folder else None,
        root_dir=services.files.root(),
        writable=folder is not None and _writable(services),
        exports=tuple(FORMATS),
        policy=policy,
        problem=Problem.of(wrong) if wrong else None,
    )


def _writable(services: Services) -> bool:
    folder = services.settings().envs_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)


async def policy(call: Call[None, NoQuery]) -> PolicyView:
    """What an administrator allows."""
    return PolicyView.of(await call.services.run(call.services.policy))


async def clean(call: Call[CleanBody, NoQuery]) -> Accepted:
    """Start freeing disk space."""
    services, body = call.services, call.body
    job = await services.run(
        lambda: ask_clean(
            services.settings(),
            generations=body.generations,
            packages=body.packages,
            actor=call.actor,
        )
    )
    return Accepted(job.id)
