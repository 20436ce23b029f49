"""What several rules ask of the facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from jupyter_envs.doctor.facts import Device, Env, Facts, Package, Reading
from jupyter_envs.hardware import Gpu
from jupyter_envs.lock import Accelerator, LockedPackage, accelerator_of

Version = tuple[int, ...]

_NVIDIA = "0x10de"
_NUMBERS = re.compile(r"\d+")
_BUILD = re.compile(r"(?:^|_)cuda_?(\d{2})(\d)|(?:^|_)cuda(\d+)\.(\d+)|\+cu(\d{2})(\d)")
_WHEEL = re.compile(r"-cu(\d{2})$")

#: Packages that compute on a GPU: what conda-forge calls them, and what PyPI does.
FRAMEWORKS = (
    ("pytorch", "torch"),
    ("tensorflow", "tensorflow"),
    ("jaxlib", "jaxlib"),
)
TITLES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow", "jaxlib": "JAX"}


def version(text: str | None) -> Version:
    """The numbers of a version; empty for none."""
    return tuple(int(n) for n in _NUMBERS.findall(text or "")[:4])


def dotted(numbers: Version) -> str:
    """A version as it is written."""
    return ".".join(map(str, numbers))


def nvidia_devices(facts: Facts) -> list[Device]:
    """NVIDIA's GPUs on the bus; their sound devices and switches have other classes."""
    return [d for d in facts.host.devices if d.vendor == _NVIDIA and d.kind.startswith("0x03")]


def switches(facts: Facts) -> list[Device]:
    """NVSwitches, which need a fabric manager."""
    return [d for d in facts.host.devices if d.vendor == _NVIDIA and d.kind.startswith("0x0680")]


def gpus(facts: Facts) -> tuple[Gpu, ...]:
    """NVIDIA's GPUs that the driver tells of."""
    inventory = facts.gpus.inventory
    return tuple(g for g in inventory.gpus if g.vendor == "nvidia") if inventory else ()


def has_nvidia(facts: Facts) -> bool:
    """Whether there is an NVIDIA GPU, be it usable or not."""
    return bool(nvidia_devices(facts) or gpus(facts))


def driver_state(facts: Facts) -> str | None:
    """What the driver's library says; None where it was not asked."""
    return facts.gpus.inventory.state if facts.gpus.inventory else None


def driver_cuda(facts: Facts) -> Version:
    """The newest CUDA that the driver supports; empty where that is not known."""
    return version(facts.gpus.inventory.cuda if facts.gpus.inventory else None)[:2]


def code(facts: Facts) -> int | None:
    """What cuInit answered."""
    return facts.gpus.cuda.code if facts.gpus.cuda else None


def named(facts: Facts) -> Iterator[tuple[str, Reading]]:
    """Each reading with its GPU's name for people."""
    known = {g.uuid: g for g in gpus(facts)}
    for reading in facts.gpus.readings:
        gpu = known.get(reading.uuid)
        yield (f"GPU {gpu.index}" if gpu else "A GPU"), reading


def conda(env: Env, name: str) -> Package | None:
    """A package of conda's."""
    return next((p for p in env.conda if p.name == name), None)


def pip(env: Env, name: str) -> Package | None:
    """A package that conda did not bring."""
    return next((p for p in env.pip if p.name == name), None)


def meta(package: Package) -> str:
    """Where a package is written down."""
    if package.installer == "conda":
        return f"conda-meta/{package.name}-{package.version}-{package.build}.json"
    return f"site-packages/{package.name}-{package.version}.dist-info"


@lru_cache(maxsize=4000)
def accelerator(package: Package) -> Accelerator | None:
    """CUDA or CPU, as far as the package's metadata tell."""
    manager = "conda" if package.installer == "conda" else "pip"
    needs = dict(one.partition(" ")[::2] for one in package.depends)
    return accelerator_of(
        LockedPackage(
            name=package.name,
            version=package.version,
            manager="conda" if manager == "conda" else "pip",
            platform="",
            url=f"file:///{package.name}-{package.version}-{package.build or '0'}.conda",
            sha256="",
            dependencies=needs,
        )
    )


def built_for(package: Package) -> Version:
    """The CUDA that a package's name, version or build names; empty where none does."""
    for text in (package.build, package.version):
        if match := _BUILD.search(text):
            return tuple(int(n) for n in match.groups() if n is not None)
    match = _WHEEL.search(package.name)
    return (int(match[1]),) if match else ()


def env_cuda(env: Env) -> tuple[Version, Package | None]:
    """The CUDA of an environment, and the package that says so."""
    chosen = conda(env, "cuda-version")
    if chosen is not None and wants_gpu(env):
        return version(chosen.version)[:2], chosen
    for package in (*env.conda, *env.pip):
        if accelerator(package) == "cuda" and (built := built_for(package)):
            return built, package
    for package in env.pip:
        if package.name.startswith("nvidia-") and (built := built_for(package)):
            return built, package
    toolkit = conda(env, "cudatoolkit")
    return (version(toolkit.version)[:2], toolkit) if toolkit else ((), None)


def frameworks(env: Env) -> Iterator[tuple[str, Package, Accelerator | None]]:
    """The frameworks of an environment: conda's name, the package that Python sees, its kind."""
    for name, wheel in FRAMEWORKS:
        package = pip(env, wheel) or conda(env, name)
        if package is not None:
            yield name, package, accelerator(package)


def wants_gpu(env: Env) -> Package | None:
    """A package of the environment that was built for CUDA."""
    return next((p for p in (*env.conda, *env.pip) if accelerator(p) == "cuda"), None)


def computes(env: Env) -> bool:
    """Whether there is something in an environment that could use a GPU."""
    return wants_gpu(env) is not None or any(True for _ in frameworks(env))


def gigabytes(count: float) -> str:
    """Bytes for people, in powers of 1000 as disks are sold."""
    return f"{count / 1e9:.1f} GB"


def gibibytes(count: float) -> str:
    """Bytes for people, in powers of 1024 as memory is sold."""
    return f"{count / 2**30:.1f} GiB"
