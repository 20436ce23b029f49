"""Solve and install with py-rattler alone, in a process of its own.

The tests of the channel need this before, and apart from, the product's engine. As a program it
reads one request from stdin and writes one answer to stdout, both JSON.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import msgspec
from rattler import (
    Gateway,
    Override,
    SourceConfig,
    Subdir,
    VirtualPackage,
    VirtualPackageOverrides,
    install,
    solve,
)
from rattler.exceptions import GatewayError, InstallerError, SolverError
from rattler.networking import Client

from tests.support.channel.archive import host_subdir
from tests.support.channel.cache import REPOSITORY

_TIMEOUT_SECONDS = 120


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """``prefix`` None means solve only; ``cuda`` is the version the machine pretends to have."""

    channels: tuple[str, ...]
    specs: tuple[str, ...]
    cache: str
    prefix: str | None = None
    cuda: str | None = None
    platform: str = msgspec.field(default_factory=host_subdir)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Either ``packages`` (name -> ``version=build``) or the engine's ``error`` text."""

    packages: dict[str, str] = {}
    error: str | None = None


def ask(request: Request) -> Answer:
    """Carry out a request in a child process that ends within two minutes."""
    answer = subprocess.run(
        [sys.executable, "-m", __name__],
        input=msgspec.json.encode(request),
        stdout=subprocess.PIPE,
        timeout=_TIMEOUT_SECONDS,
        check=True,
        cwd=REPOSITORY,
    )
    return msgspec.json.decode(answer.stdout, type=Answer)


async def _carry_out(request: Request) -> Answer:
    overrides = VirtualPackageOverrides(cuda=Override.string(request.cuda or "0"))
    virtual = [
        package.into_generic()
        for package in VirtualPackage.detect(overrides)
        if request.cuda or not str(package).startswith("__cuda")
    ]
    cache = Path(request.cache)
    # One try: a refusal is an answer that tests wait for.
    gateway = Gateway(
        cache_dir=cache / "repodata",
        default_config=SourceConfig(),
        client=Client.default_client(max_retries=0),
    )
    try:
        records = await solve(
            list(request.channels),
            list(request.specs),
            gateway=gateway,
            platforms=[Subdir(request.platform), Subdir("noarch")],
            virtual_packages=virtual,
        )
        if request.prefix is not None:
            await install(records, request.prefix, cache_dir=cache / "pkgs", show_progress=False)
    except (GatewayError, InstallerError, SolverError) as error:
        return Answer(error=str(error))
    return Answer(packages={r.name.normalized: f"{r.version}={r.build}" for r in records})


if __name__ == "__main__":
    answered = asyncio.run(_carry_out(msgspec.json.decode(sys.stdin.buffer.read(), type=Request)))
    sys.stdout.buffer.write(msgspec.json.encode(answered))
    sys.stdout.flush()
    # py-rattler's threads can abort an interpreter that ends in the ordinary way.
    os._exit(0)
