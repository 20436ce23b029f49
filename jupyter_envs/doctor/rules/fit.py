"""Rules about whether what is installed fits this machine: layer *static*.

Sources: NVIDIA's CUDA release notes (a driver runs every older CUDA, and newer minors of its
major version without compiling for itself), the hardware room's table of what each CUDA has code
for, and the CUDA programming guide (code runs on the same major capability and the same or a
higher minor one).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_envs.doctor.facts import Env, Facts
from jupyter_envs.hardware import Gpu, lowest_capability

from .about import Version, conda, dotted, driver_cuda, env_cuda, gpus, meta, version
from .book import Book, Found, found

book = Book("static")

_LEVEL = re.compile(r"x86_64_v(\d)")
_GLIBC = re.compile(r"__glibc >=([0-9.]+)")


def _env(facts: Facts) -> Env | None:
    return facts.env if facts.env and facts.env.exists else None


@book.rule(
    "error",
    message="{environment} was built for CUDA {needs}, and the driver of this machine supports"
    " CUDA {has} at most.",
    fix="Ask for an older one in the file ('cuda-version <={has}') and build the next generation,"
    " or have the driver updated.",
    action="update",
)
def driver_too_old(facts: Facts) -> Iterator[Found]:
    env, has = _env(facts), driver_cuda(facts)
    needs, package = env_cuda(env) if env else ((), None)
    if env and package and has and needs[0] > has[0]:
        seen = (meta(package), dotted(needs)), ("CUDA of the driver", dotted(has))
        yield found(*seen, environment=env.name, needs=dotted(needs), has=dotted(has),
                    subject=env.slug)  # fmt: skip


@book.rule(
    "warning",
    message="{environment} was built for CUDA {needs}, and the driver of this machine supports"
    " CUDA {has}. It works, but what compiles for the GPU while it runs fails (torch.compile,"
    " Triton, Numba).",
    fix="Ask for 'cuda-version <={has}' in the file and build the next generation, or have the"
    " driver updated.",
    action="update",
)
def driver_older(facts: Facts) -> Iterator[Found]:
    env, has = _env(facts), driver_cuda(facts)
    needs, package = env_cuda(env) if env else ((), None)
    known = len(needs) > 1 and len(has) > 1
    if env and package and known and needs[0] == has[0] and needs[1] > has[1]:
        seen = (meta(package), dotted(needs)), ("CUDA of the driver", dotted(has))
        yield found(*seen, environment=env.name, needs=dotted(needs), has=dotted(has),
                    subject=env.slug)  # fmt: skip


@book.rule(
    "error",
    message="{environment} has no code for {gpu} (compute capability {capability}): it was built"
    " for {built}. The GPU is listed, and the first computation fails.",
    fix="For an older GPU ask for 'cuda-version <13' in the file, for a newer one for a newer"
    " framework, and build the next generation.",
    action="update",
)
def capability_unsupported(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    needs, package = env_cuda(env) if env else ((), None)
    if env is None or package is None:
        return
    for gpu in gpus(facts):
        has = version(gpu.capability)[:2]
        if not has:
            continue
        if env.architectures and not runs_on(env.architectures, has):
            built = ", ".join(env.architectures)
            yield _unsupported(env, gpu, built, ("architectures of PyTorch", built))
        elif not env.architectures and has < version(lowest_capability(needs[0])):
            built = f"CUDA {dotted(needs)}"
            yield _unsupported(env, gpu, built, (meta(package), package.version))


def _unsupported(env: Env, gpu: Gpu, built: str, seen: tuple[str, object]) -> Found:
    shown = gpu.name or f"GPU {gpu.index}"
    return found(seen, ("compute capability", gpu.capability), environment=env.name, gpu=shown,
                 capability=gpu.capability, built=built, subject=env.slug)  # fmt: skip


def runs_on(architectures: tuple[str, ...], capability: Version) -> bool:
    """Whether code for ``architectures`` ("8.0", "12.0+PTX", "sm_90", "compute_90") runs there."""
    for text in architectures:
        built = _architecture(text)
        if not built:
            continue
        if built[0] == capability[0] and built <= capability:
            return True
        if ("PTX" in text or text.startswith("compute")) and built <= capability:
            return True
    return False


def _architecture(text: str) -> Version:
    numbers = version(text)
    if text.startswith(("sm_", "compute_")) and numbers:
        return numbers[0] // 10, numbers[0] % 10
    return numbers[:2]


@book.rule(
    "warning",
    message="{environment} has the package cuda-compat, which {gpu} does not support: CUDA then"
    " does not start.",
    fix="Take cuda-compat out of the file, and build the next generation.",
    action="update",
)
def compat_package(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    package = conda(env, "cuda-compat") if env else None
    gaming = next((g for g in gpus(facts) if "GeForce" in (g.name or "")), None)
    if env and package and gaming:
        seen = (meta(package), package.version), ("GPU", gaming.name)
        yield found(*seen, environment=env.name, gpu=gaming.name, subject=env.slug)


@book.rule(
    "error",
    message="{package} in {environment} needs glibc {needs}, and this machine has {has}.",
    fix="Build the next generation on this machine: older builds are taken then.",
    action="update",
)
def glibc_too_old(facts: Facts) -> Iterator[Found]:
    env, has = _env(facts), version(facts.host.glibc)
    for package in env.conda if env and has else ():
        assert env is not None
        needs = max((version(m) for d in package.depends for m in _GLIBC.findall(d)), default=())
        if needs > has:
            seen = (meta(package), f"__glibc >={dotted(needs)}"), ("glibc", facts.host.glibc)
            yield found(*seen, package=package.name, environment=env.name, needs=dotted(needs),
                        has=facts.host.glibc, subject=env.slug)  # fmt: skip
            return


@book.rule(
    "error",
    message="{environment} was built for newer processors (x86-64-v{needs}) than this machine has"
    " (x86-64-v{has}): programs are ended by an illegal instruction.",
    fix="Build the next generation on this machine: other builds are taken then.",
    action="update",
)
def processor_too_old(facts: Facts) -> Iterator[Found]:
    env, has = _env(facts), _LEVEL.search(facts.host.processor or "")
    package = conda(env, "_x86_64-microarch-level") if env else None
    needs = version(package.version) if package else ()
    if env and package and has and needs and needs[0] > int(has[1]):
        seen = (meta(package), package.version), ("/proc/cpuinfo", facts.host.processor)
        yield found(*seen, environment=env.name, needs=needs[0], has=has[1], subject=env.slug)
