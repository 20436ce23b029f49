"""The whole examination: look, ask CUDA, go through the rules, redact."""

from __future__ import annotations

import getpass
import logging
import os
import platform
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs import __version__
from jupyter_envs.hardware import Hardware, Holders
from jupyter_envs.store import Environment, Store

from .diagnose import diagnose
from .facts import CudaAnswer, Env, Facts, Host
from .look import (
    KEPT,
    Machine,
    look_at_environment,
    look_at_gpus,
    look_at_host,
    look_at_kernels,
    look_at_outputs,
    look_at_settings,
    look_at_storage,
)
from .model import DoctorReport
from .redact import Redaction
from .rules import RULES

_log = logging.getLogger(__name__)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What to examine. ``environment`` None: the machine alone.

    ``kernel_dirs`` are Jupyter's, in its order; ours is ``kernels_dir``. ``kernels`` maps pids to
    the ids of the kernels that ``server`` (its pid) runs. ``hardware`` and ``holders`` are what
    was seen of GPUs, None where nobody looked. ``probes`` are answers of the environment's probes
    on this machine, ``notebooks`` those whose saved errors are to be looked at.
    """

    store: Store
    cache_dir: Path
    kernels_dir: Path
    kernel_dirs: tuple[Path, ...] = ()
    environment: Environment | None = None
    kernels: Mapping[int, str] = {}
    server: int | None = None
    hardware: Hardware | None = None
    holders: Holders | None = None
    probes: tuple[dict[str, Any], ...] = ()
    notebooks: tuple[Path, ...] = ()


def examine(case: Case, machine: Machine | None = None) -> DoctorReport:
    """A report about a machine, and about one environment if there is one.

    It reads files and starts two short programs, one of which asks the GPU's driver: it takes
    a tenth of a second where all is well and at most half a minute, so never on an event loop.
    """
    machine = machine or Machine()
    facts = gather(case, machine)
    return report(case, machine, facts)


def gather(case: Case, machine: Machine) -> Facts:
    """Everything that rules may ask for."""
    env = _environment(case, machine)
    path = env.environ.get("LD_LIBRARY_PATH", "") if env else None
    host = look_at_host(machine, path)
    return Facts(
        host=host,
        gpus=msgspec.structs.replace(
            look_at_gpus(machine, case.hardware, case.holders, case.server),
            cuda=_cuda(machine, host, env),
        ),
        storage=look_at_storage(
            machine, envs=case.store.root, cache=case.cache_dir, kernels=case.kernels_dir
        ),
        settings=look_at_settings(machine),
        kernels=look_at_kernels((*case.kernel_dirs, case.kernels_dir)),
        env=env,
        probes=case.probes,
        said=look_at_outputs(case.notebooks),
    )


def _environment(case: Case, machine: Machine) -> Env | None:
    if case.environment is None:
        return None
    return look_at_environment(
        machine,
        case.store,
        case.environment,
        case.kernels_dir,
        case.kernels,
        measure=bool(case.hardware and case.hardware.devices),
    )


def _cuda(machine: Machine, host: Host, env: Env | None) -> CudaAnswer | None:
    """Asked only where there is a library to ask, or has to be; with the variables that a kernel
    has. Where a module is loaded, the loader may know a folder that is not looked into here."""
    there = any(one.name == "libcuda.so.1" for one in host.libraries)
    if not there and host.driver is None:
        return None
    if env is None:
        return machine.ask_cuda(machine.environ)
    others = {name: value for name, value in machine.environ.items() if name not in KEPT}
    return machine.ask_cuda({**others, **env.environ})


def report(case: Case, machine: Machine, facts: Facts) -> DoctorReport:
    """What the rules find in the facts, redacted."""
    templates = {rule.id: rule for rule in RULES}
    redaction = Redaction(home=machine.home, user=_user(), host=platform.node())
    findings = tuple(
        redaction.finding(one, templates[one.id].message, templates[one.id].fix)
        for one in diagnose(facts, failed=_log_failure)
    )
    return DoctorReport(
        checked_at=datetime.now(timezone.utc).astimezone().isoformat(timespec="seconds"),
        version=__version__,
        machine={k: redaction.text(v) for k, v in _described(facts).items()},
        environment=case.environment.slug if case.environment else None,
        healthy=all(one.severity == "note" for one in findings),
        rules=len(RULES),
        findings=findings,
    )


def _described(facts: Facts) -> dict[str, str]:
    host, inventory = facts.host, facts.gpus.inventory
    driver = (inventory.driver if inventory else None) or host.driver
    names = [gpu.name or gpu.vendor for gpu in inventory.gpus] if inventory else []
    told = {
        "system": f"{host.system} {platform.machine()}",
        "container": host.container,
        "gpus": ", ".join(names) or None,
        "driver": driver,
        "cuda": inventory.cuda if inventory else None,
    }
    return {name: value for name, value in told.items() if value}


def _log_failure(rule: str) -> None:
    # What somebody's machine has may be odder than a rule expects: the others still have answers.
    _log.exception("jupyter_envs: the rule %s of the doctor failed", rule)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
