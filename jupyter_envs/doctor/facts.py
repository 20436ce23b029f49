"""What rules go by: plain values about a machine, its GPUs, its settings and one environment.

Rules never look at the machine themselves. So a fixture can be a tree of files, and what a rule
says can be told from what was seen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from jupyter_envs.hardware import Inventory

Owner = Literal["mine", "other"]


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A PCI device. ``vendor`` and ``kind`` are the hexadecimal ids of sysfs."""

    address: str
    vendor: str
    kind: str


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A device file below ``/dev``; ``usable``: this user may read and write it."""

    path: str
    usable: bool


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """A shared library that a loader would find: ``target`` is where its links lead,
    ``origin`` why its folder is looked at."""

    name: str
    path: str
    target: str
    origin: Literal["system", "wsl", "variable"]


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """The machine. ``driver`` is the kernel module's version, ``log`` the kernel's own lines of
    this boot about NVIDIA, where they may be read. ``init_environ`` is of process 1."""

    system: str = "Linux"
    devices: tuple[Device, ...] = ()
    nodes: tuple[Node, ...] = ()
    modules: frozenset[str] = frozenset()
    driver: str | None = None
    libraries: tuple[Library, ...] = ()
    wsl: bool = False
    container: str | None = None
    glibc: str | None = None
    processor: str | None = None
    environ: dict[str, str] = {}
    init_environ: dict[str, str] = {}
    log: tuple[str, ...] = ()


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds memory of a GPU, in bytes. Of ``other`` users' processes there is one, for all.

    ``orphan``: it belonged to a kernel that is gone. ``idle`` is in seconds, of a kernel.
    """

    owner: Owner
    memory: int
    pid: int | None = None
    orphan: bool = False
    kernel: str | None = None
    notebook: str | None = None
    environment: str | None = None
    idle: float | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A GPU as it is now, by its ``uuid``. Memory in bytes, utilisation in percent.

    ``state`` is a driver's error for this device alone. ``throttle`` holds codes of what keeps
    its clocks back, ``slices`` the uuids of what it is cut into (``mig``); ``mig_pending``: that
    will be another way after a reset. A field is None where the device does not tell.
    """

    uuid: str
    state: Literal["ok", "lost", "reset_required", "error"] = "ok"
    total: int | None = None
    used: int | None = None
    utilisation: int | None = None
    temperature: int | None = None
    throttle: tuple[str, ...] = ()
    ecc_uncorrected: int = 0
    remap_failed: bool = False
    compute_mode: str = "default"
    mig: bool = False
    mig_pending: bool = False
    slices: tuple[str, ...] = ()
    holders: tuple[Hold, ...] = ()


class CudaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cuInit`` said to a program of its own. ``code`` None: it gave no answer, since the
    library could not be loaded (``load_error``) or the call did not return in time (``timeout``,
    in seconds). ``path`` is the library that was really loaded."""

    code: int | None = None
    path: str | None = None
    load_error: str | None = None
    timeout: float | None = None
    count: int | None = None
    version: int | None = None


class Gpus(msgspec.Struct, frozen=True, kw_only=True):
    """The GPUs. ``inventory`` None: nobody asked the driver's library, or it has not answered
    yet. ``stale_since`` (ISO 8601): it was asked then, and has not come back."""

    inventory: Inventory | None = None
    readings: tuple[Reading, ...] = ()
    stale_since: str | None = None
    cuda: CudaAnswer | None = None


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """A mounted file system. ``device`` is its major and minor number."""

    point: str
    kind: str
    device: str = ""
    options: frozenset[str] = frozenset()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that we write to, or would make. Space in bytes; None where nobody tells."""

    path: str
    exists: bool = True
    writable: bool = True
    mount: Mount | None = None
    total: int | None = None
    free: int | None = None
    files_total: int | None = None
    files_free: int | None = None


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """The folders of one user."""

    envs: Place | None = None
    cache: Place | None = None
    kernels: Place | None = None
    temporary: Place | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A file of settings that cannot be used."""

    file: str
    reason: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What conda and pip were told. ``sources`` says which file set something of conda's."""

    conda_problem: Problem | None = None
    channels: tuple[str, ...] = ()
    channel_priority: str = "strict"
    ssl_off: bool = False
    offline: bool = False
    sources: dict[str, str] = {}
    pip_problem: Problem | None = None
    pip: dict[str, str] = {}


class Kernelspec(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel.json, in Jupyter's order. ``program`` is its first word; ``missing`` is what it
    needs and is not there: its program, or its environment. ``ours``: we registered it."""

    name: str
    file: str
    program: str = ""
    missing: str | None = None
    ours: bool = False
    environment: str | None = None
    prefix: str | None = None
    broken: str | None = None


class Kernels(msgspec.Struct, frozen=True, kw_only=True):
    """What Jupyter has to choose from. ``manager``: this server lists kernels by
    nb_conda_kernels, too."""

    specs: tuple[Kernelspec, ...] = ()
    nb_conda_kernels: bool = False


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What is installed: by conda, or by pip (``installer`` as the distribution says)."""

    name: str
    version: str
    build: str = ""
    installer: str = "conda"
    depends: tuple[str, ...] = ()


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A process that was started from the environment. ``generation`` is what its lease says;
    ``program`` what it really runs, None where that is not to be seen. ``busy`` is the share of
    one processor that it takes, where it was measured."""

    pid: int
    generation: int | None = None
    program: str | None = None
    kernel: str | None = None
    busy: float | None = None


class Env(msgspec.Struct, frozen=True, kw_only=True):
    """One environment. ``prefix`` is the current generation, ``environ`` what its kernel would
    be started with. ``roots`` are the folders that are its own, also as the system names them
    where links lead elsewhere. ``architectures`` are the compute capabilities that PyTorch's
    package says it was built for, ``user_packages`` those in ``user_site`` that its Python would
    see first."""

    name: str
    slug: str
    path: str
    prefix: str
    roots: tuple[str, ...]
    managed: bool = True
    archived: bool = False
    generation: int | None = None
    exists: bool = True
    python: bool = True
    shim: bool = True
    environ: dict[str, str] = {}
    conda: tuple[Package, ...] = ()
    pip: tuple[Package, ...] = ()
    architectures: tuple[str, ...] = ()
    kernels: tuple[str, ...] = ()
    user_site: str | None = None
    user_packages: tuple[str, ...] = ()
    running: tuple[Running, ...] = ()


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a program said when it failed, and where that is to be read."""

    source: str
    text: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything. ``probes`` are the answers of the last probes of the environment on this
    machine, one for each framework, as their programs gave them, with ``framework``, ``state``
    and ``code``; ``said`` is what programs said in notebooks."""

    host: Host = Host()
    gpus: Gpus = Gpus()
    storage: Storage = Storage()
    settings: Settings = Settings()
    kernels: Kernels = Kernels()
    env: Env | None = None
    probes: tuple[dict[str, Any], ...] = ()
    said: tuple[Said, ...] = ()


def inside(path: str, env: Env) -> bool:
    """Whether a path is of an environment, whatever its generation; by its name alone."""
    return any(Path(path).is_relative_to(root) for root in env.roots)
