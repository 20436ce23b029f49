"""Asking for a probe: by a person, after an environment is made, at the first kernel on a GPU."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_envs.doctor import FRAMEWORKS, Framework, framework_named
from jupyter_envs.errors import EnvsError, InvalidInput, NothingToProbe
from jupyter_envs.hardware import machine_identity
from jupyter_envs.lock import accelerator_of
from jupyter_envs.spec import named_probes
from jupyter_envs.store import (
    Environment,
    GenerationFiles,
    Store,
    get_managed,
    read_environment,
    read_kept,
    read_own_lock,
    read_probes,
)

from .launch import submit
from .requests import Job, Probe
from .settings import Settings

#: Seconds for one framework that anybody may ask for.
LONGEST = 3600.0


def ask_probe(
    settings: Settings,
    name: str,
    frameworks: Sequence[str] = (),
    *,
    timeout: float | None = None,
    actor: str | None = None,
) -> Job:
    """Start trying ``frameworks``; none means those of the environment's file, else those that it
    has.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, EnvironmentArchived, InvalidInput for a
    framework that there is no probe for, NothingToProbe, and StoreReadOnly.
    """
    environment = get_managed(Store(settings.envs_dir), name)
    named = tuple(_known(framework) for framework in frameworks) or frameworks_of(environment)
    if not named:
        raise NothingToProbe(name=environment.name)
    if timeout is not None and not 1 <= timeout <= LONGEST:
        raise InvalidInput(
            reason=f"{timeout:g} seconds are no time limit for a probe",
            hint=f"Give one from 1 to {LONGEST:g} seconds.",
        )
    request = Probe(name=environment.slug, frameworks=tuple(dict.fromkeys(named)), timeout=timeout)
    return submit(request, settings, actor=actor)


def _known(name: str) -> Framework:
    found = framework_named(name)
    if found is None:
        raise InvalidInput(
            reason=f"there is no probe for {name!r}",
            hint=f"There are probes for {', '.join(FRAMEWORKS)}.",
        )
    return found


def frameworks_of(environment: Environment) -> tuple[Framework, ...]:
    """What is to be tried: what its file names, else what its lock has."""
    return _named(environment) or _locked(environment, only_gpu=False)


def _named(environment: Environment) -> tuple[Framework, ...]:
    with suppress(EnvsError):
        names = named_probes(read_kept(GenerationFiles(environment.prefix).spec))
        return _frameworks(names)
    return ()


def _locked(environment: Environment, *, only_gpu: bool) -> tuple[Framework, ...]:
    path, info = GenerationFiles(environment.prefix).lock, environment.info
    try:
        lock = read_own_lock(path)
    except EnvsError:
        return ()
    packages = lock.for_platform(info.platform) if info else ()
    return _frameworks([p.name for p in packages if not only_gpu or accelerator_of(p) == "cuda"])


def _frameworks(names: Sequence[str]) -> tuple[Framework, ...]:
    found = {framework for name in names if (framework := framework_named(name)) is not None}
    return tuple(one for one in FRAMEWORKS if one in found)


def probe_after_publish(environment: Environment, settings: Settings, actor: str) -> str | None:
    """Start trying what the file of a new generation names; the operation's id, None for nothing.

    Whatever goes wrong with it, the environment is made.
    """
    if not settings.probe:
        return None
    named = _named(environment)
    if not named:
        return None
    with suppress(OSError, EnvsError):
        request = Probe(name=environment.slug, frameworks=named, automatic=True)
        return submit(request, settings, actor=actor).id
    return None


def probe_at_start(metadata: dict[str, Any], settings: Settings, actor: str) -> Job | None:
    """Start the first probe of a generation on a machine with a GPU, when a kernel of it starts:
    it may have been built elsewhere. ``metadata`` is the kernelspec's.

    None where there is no GPU, no build for one, or a probe on this machine.
    """
    prefix = Path(str(metadata.get("conda_env_path", "")))
    if not settings.probe or not isinstance(metadata.get("jupyter_envs"), dict):
        return None
    machine = machine_identity()
    store = Store(settings.envs_dir)
    if not machine.gpus or store.folder(prefix.parent.name) != prefix.parent:
        return None
    environment = read_environment(store, prefix.parent.name)
    if environment is None or environment.prefix != prefix or environment.info is None:
        return None
    number, operation = environment.info.number, environment.info.operation
    records = read_probes(store, environment.slug, number, operation)
    if any(record.machine == machine.digest for record in records):
        return None
    frameworks = _named(environment) or _locked(environment, only_gpu=True)
    if not frameworks:
        return None
    request = Probe(name=environment.slug, frameworks=frameworks, automatic=True)
    return submit(request, settings, actor=actor)
