"""Trying frameworks in an environment, and keeping what came of it with the generation.

A probe changes nothing of the environment, so it waits for no other operation. Probes wait for
each other: two at once would fight for the GPU's memory.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from jupyter_envs.doctor import Place, framework_named, run_probe
from jupyter_envs.errors import NothingToProbe, StoreReadOnly
from jupyter_envs.hardware import Device, Machine, MachineIdentity, machine_identity
from jupyter_envs.kernels import KERNEL_VARIABLE, published_kernels
from jupyter_envs.store import (
    Environment,
    GenerationFiles,
    ProbeRecord,
    ProbeResult,
    Store,
    drop_lease,
    get_managed,
    host_name,
    make_folder,
    write_probes,
)

from .ask_probe import frameworks_of
from .context import Context
from .probe_view import probe_view
from .requests import Probe
from .settings import Settings

#: A GPU that is fuller than this is left alone: starting CUDA alone takes half a gigabyte.
FULL = 0.9

_POLL_SECONDS = 0.2
#: The driver of a machine that sleeps may need a while for its first answer.
_DRIVER_SECONDS = 10.0


def probe(request: Probe, context: Context) -> dict[str, Any]:
    """Try the frameworks, one after the other. Raises EnvironmentNotFound and NothingToProbe."""
    environment = get_managed(context.store, request.name)
    named = [found for name in request.frameworks if (found := framework_named(name))]
    frameworks = named or frameworks_of(environment)
    if not frameworks:
        raise NothingToProbe(name=environment.name)
    place = place_of(environment, os.environ)
    answer = {"name": environment.name, "generation": environment.generation}
    with _one_at_a_time(context.settings):
        if request.automatic and _is_full(context.settings):
            return {**answer, "probes": [], "skipped": "gpu_full"}
        machine = machine_identity()
        results = []
        for number, framework in enumerate(frameworks):
            context.journal.progress("probe", number, len(frameworks), "frameworks")
            # It is nobody's use of the environment, and keeps nobody from removing it.
            result = run_probe(
                framework,
                place,
                timeout=request.timeout,
                started=lambda pid: drop_lease(context.store, environment.slug, pid),
            )
            _keep(context.store, environment, machine, result)
            results.append(msgspec.to_builtins(probe_view(result, here=True)))
        context.journal.progress("probe", len(frameworks), len(frameworks), "frameworks")
    return {**answer, "probes": results}


def place_of(environment: Environment, environ: Mapping[str, str]) -> Place:
    """Where a kernel of the environment would be started, by somebody with ``environ``.

    Raises NothingToProbe where there is no Python.
    """
    files = GenerationFiles(environment.prefix)
    python = environment.prefix / "bin" / "python"
    if not python.exists():
        raise NothingToProbe(
            name=environment.name, hint="There is no Python in it, and so no such framework."
        )
    specs = (content for _, content in published_kernels(environment).values())
    of_python = next((one for one in specs if one.get("language") == "python"), {})
    kernel = {str(name): str(value) for name, value in of_python.get("env", {}).items()}
    # A probe is nobody's use of the kernel, so its start is not to be noted.
    kernel.pop(KERNEL_VARIABLE, None)
    return Place(
        prefix=environment.prefix,
        start=files.start,
        python=python,
        environ={**environ, **kernel},
    )


def _keep(
    store: Store, environment: Environment, machine: MachineIdentity, result: ProbeResult
) -> None:
    info = environment.info
    assert info is not None
    record = ProbeRecord(
        operation=info.operation,
        machine=machine.digest,
        driver=machine.driver,
        gpus=machine.gpus,
        results=(result,),
    )
    with suppress(StoreReadOnly):  # it is in the operation's result all the same
        write_probes(store, environment.slug, info.number, record)


def is_full(devices: tuple[Device, ...]) -> bool:
    """Whether every GPU that tells of its memory is too full to be tried."""
    known = [
        one.memory_used / one.memory
        for one in devices
        if one.memory and one.memory_used is not None
    ]
    return bool(known) and min(known) > FULL


def _is_full(settings: Settings) -> bool:
    machine = Machine(lambda: settings.envs_dir)
    try:
        machine.wait(_DRIVER_SECONDS)
        sample = machine.sample().value
        return sample is not None and is_full(sample.devices)
    finally:
        machine.close()


@contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    """No other probe of this user runs on this machine meanwhile. It ends by itself, since every
    probe has its time; a person can cancel the operation that waits."""
    path = settings.cache_dir / f"probe-{host_name()}.lock"
    try:
        make_folder(path.parent)
        guard = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except (OSError, StoreReadOnly):
        yield  # a folder that cannot be written is no reason not to try
        return
    try:
        while not _taken(guard):
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(guard)


def _taken(guard: int) -> bool:
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network file systems have no flock.
        return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN)
    return True
