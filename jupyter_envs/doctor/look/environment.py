"""One environment: its packages, its variables, and what runs from it. Nothing is imported."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from jupyter_envs.doctor.facts import Env, Package, Running
from jupyter_envs.engine import LEAKS
from jupyter_envs.kernels import KERNEL_VARIABLE, installed_kernels, published_kernels
from jupyter_envs.store import (
    Environment,
    GenerationFiles,
    Store,
    conda_records,
    exact_version,
    installer,
    is_alive,
    live_leases,
    site_packages,
    unowned_distributions,
)

from .host import kept
from .machine import Machine, data, environ_of, is_folder

_ARCHITECTURES = re.compile(r"CF_TORCH_CUDA_ARCH_LIST=[\"']?([0-9.+;, A-Za-z]+)")
_SECONDS = 5.0
_MEASURE_SECONDS = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")
#: What a person has in their own folder is told only where the environment has it, too.
_MOST = 20


def look_at_environment(
    machine: Machine,
    store: Store,
    environment: Environment,
    kernels_dir: Path,
    kernels: Mapping[int, str],
    *,
    measure: bool = False,
) -> Env:
    """An environment. ``kernels`` are those of this server: pid to id. With ``measure`` it takes a
    quarter of a second to see how busy they are."""
    prefix = environment.prefix
    shim = GenerationFiles(prefix).start
    records = conda_records(prefix)
    conda = tuple(
        Package(name=r.name, version=r.version, build=r.build, depends=r.depends)
        for r in records.values()
    )
    pip = tuple(_pip(prefix))
    site = _user_site(machine, prefix)
    names = _kernels(environment, kernels_dir)
    environ = _environ(machine, shim, _kernel_variables(kernels_dir, names))
    return Env(
        name=environment.name,
        slug=environment.slug,
        path=str(environment.path),
        prefix=str(prefix),
        roots=_roots(store, environment),
        managed=environment.managed,
        archived=environment.archived,
        generation=environment.generation,
        exists=is_folder(prefix / "conda-meta"),
        python=os.access(prefix / "bin" / "python", os.X_OK),
        shim=os.access(shim, os.X_OK),
        environ=kept(environ),
        conda=conda,
        pip=pip,
        architectures=_architectures(prefix),
        kernels=names,
        user_site=site,
        user_packages=_shadowed(site, {*records, *(one.name for one in pip)}),
        running=tuple(_running(machine, store, environment, kernels, measure)),
    )


def _roots(store: Store, environment: Environment) -> tuple[str, ...]:
    folders = [environment.path, environment.prefix]
    if environment.managed:
        folders.append(store.folder(environment.slug))
    names = (name for folder in folders for name in (str(folder), os.path.realpath(folder)))
    return tuple(dict.fromkeys(names))


def _pip(prefix: Path) -> list[Package]:
    return [
        Package(
            name=one.name,
            version=exact_version(prefix, one),
            installer=installer(prefix, one) or "pip",
        )
        for one in unowned_distributions(prefix)
    ]


def _kernels(environment: Environment, kernels_dir: Path) -> tuple[str, ...]:
    if environment.managed and not environment.archived:
        return tuple(published_kernels(environment))
    return tuple(
        name
        for name, content in installed_kernels(kernels_dir).items()
        if content.get("metadata", {}).get("conda_env_path") == str(environment.prefix)
    )


def _architectures(prefix: Path) -> tuple[str, ...]:
    for script in sorted((prefix / "etc" / "conda" / "activate.d").glob("*.sh")):
        match = _ARCHITECTURES.search(data(script).decode("utf-8", "replace"))
        if match:
            return tuple(one for one in re.split(r"[;, ]+", match[1]) if one)
    return ()


def _kernel_variables(kernels_dir: Path, names: tuple[str, ...]) -> dict[str, str]:
    """What the first kernel's kernel.json sets, which a person may have edited."""
    found = installed_kernels(kernels_dir)
    content = next((found[name] for name in names if name in found), {})
    told = content.get("env")
    pairs = told.items() if isinstance(told, dict) else ()
    return {k: v for k, v in pairs if _is_variable(k, v) and k != KERNEL_VARIABLE}


def _is_variable(name: str, value: object) -> bool:
    return isinstance(value, str) and "\0" not in f"{name}{value}" and "=" not in name


def _environ(machine: Machine, shim: Path, told: Mapping[str, str]) -> dict[str, str]:
    """The variables of a kernel. Our start script is asked itself: it only sets variables, and
    what it would start here is ``env``. The lease that it leaves goes with :func:`_running`."""
    caller = {**machine.environ, **told}
    own = {name: value for name, value in caller.items() if name not in LEAKS}
    if not os.access(shim, os.X_OK):
        return own
    try:
        done = subprocess.run(
            [str(shim), "/usr/bin/env", "-0"],
            env=caller,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return own
    return environ_of(done.stdout) if done.returncode == 0 else own


def _user_site(machine: Machine, prefix: Path) -> str | None:
    """Where this environment's Python would look for the user's own packages (PEP 370)."""
    folders = site_packages(prefix)
    if not folders:
        return None
    version = folders[0].split("/")[1]
    base = machine.environ.get("PYTHONUSERBASE") or str(machine.home / ".local")
    return f"{base}/lib/{version}/site-packages"


def _shadowed(site: str | None, names: set[str]) -> tuple[str, ...]:
    """Distributions of the user's that the environment has itself, or that compute on a GPU."""
    if site is None or not is_folder(Path(site)):
        return ()
    try:
        entries = sorted(os.listdir(site))
    except OSError:
        return ()
    found = []
    for entry in entries:
        if entry.endswith(".dist-info"):
            name = re.sub(r"[-_.]+", "-", entry.partition("-")[0]).lower()
            if name in names:
                found.append(name)
    return tuple(found[:_MOST])


def _running(
    machine: Machine,
    store: Store,
    environment: Environment,
    kernels: Mapping[int, str],
    measure: bool,
) -> list[Running]:
    if not environment.managed:
        return []
    leases = live_leases(store, environment.slug)
    alive = [lease for lease in leases if is_alive(lease.process) is True]
    busy = busy_shares(machine, [lease.pid for lease in alive]) if measure else {}
    return [
        Running(
            pid=lease.pid,
            generation=lease.generation,
            program=_program(machine, lease.pid),
            kernel=kernels.get(lease.pid),
            busy=busy.get(lease.pid),
        )
        for lease in alive
    ]


def busy_shares(machine: Machine, pids: Sequence[int]) -> dict[int, float]:
    """How much of one processor each process takes, measured for a quarter of a second."""
    if not pids:
        return {}
    before, began = {pid: _ticks(machine, pid) for pid in pids}, time.monotonic()
    time.sleep(_MEASURE_SECONDS)
    after, passed = {pid: _ticks(machine, pid) for pid in pids}, time.monotonic() - began
    return {pid: (after[pid] - before[pid]) / _TICKS / passed for pid in pids}


def _ticks(machine: Machine, pid: int) -> int:
    """Time that a process has used, as proc(5) counts it."""
    # The name of the program may hold anything, so fields are counted from behind it.
    fields = machine.text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if len(fields) > 12 else 0


def _program(machine: Machine, pid: int) -> str | None:
    try:
        target = os.readlink(machine.path(f"/proc/{pid}/exe"))
    except OSError:
        return None
    return target.removesuffix(" (deleted)")
