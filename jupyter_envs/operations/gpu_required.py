"""Where a GPU is required: no CPU build, and no build that does not know of drivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from jupyter_envs.errors import GpuBuildMissing, GpuRequired, SolveError
from jupyter_envs.hardware import Choice
from jupyter_envs.lock import Accelerator, LockedPackage, accelerator_of

#: What ties a build to a driver: the driver itself, or the package that constrains it.
_KNOWS_DRIVERS = frozenset({"__cuda", "cuda-version"})


def require_gpu(choice: Choice) -> None:
    """Raise GpuRequired where there can be no GPU build, before anything is solved."""
    if choice.gpu_required and choice.cuda is None:
        raise GpuRequired(reason=choice.reasons[0].message.rstrip(".").replace(": ", ", "))


def lines_for_gpu(packages: Iterable[LockedPackage], asked: Iterable[str]) -> tuple[str, ...]:
    """Dependencies that ask for CUDA builds where a solution has CPU builds.

    Of the packages that were asked for; where none of them has to do with a GPU, of all.
    """
    built = _accelerators(packages)
    names = [name for name in dict.fromkeys(asked) if name in built] or sorted(built)
    return tuple(f"{name}=*=*cuda*" for name in names if built[name] == "cpu")


@contextmanager
def only_cpu_builds(lines: Iterable[str]) -> Iterator[None]:
    """A refusal of what ``lines`` ask for is a GpuBuildMissing."""
    try:
        yield
    except SolveError as error:
        names = ", ".join(line.partition("=")[0] for line in lines)
        raise GpuBuildMissing(
            reason=f"only CPU builds of {names} fit", details={"conflict": error.as_dict()}
        ) from error


def check_builds(
    packages: Iterable[LockedPackage], asked: Iterable[str], *, complete: bool = True
) -> None:
    """Raise GpuBuildMissing for CPU builds and fossils among what was asked for.

    ``complete`` false: pip's packages are still to come, and may be the ones with a GPU build.
    """
    known = {package.name: package for package in packages}
    built = _accelerators(known.values())
    names = [name for name in dict.fromkeys(asked) if name in built] or sorted(built)
    if not names:
        if complete:
            raise GpuBuildMissing(
                reason="nothing in this file has one",
                hint="Ask for a package that has one, or say --no-gpu-required.",
            )
        return
    cpu = [known[name] for name in names if built[name] == "cpu"]
    if cpu:
        raise _missing(cpu, "CPU builds were chosen")
    fossils = [known[name] for name in names if _is_fossil(known[name], known)]
    if fossils:
        raise _missing(fossils, "only builds from before packages knew of drivers fit")


def _missing(found: list[LockedPackage], what: str) -> GpuBuildMissing:
    texts = [" ".join((p.name, p.version, p.build)).strip() for p in found]
    return GpuBuildMissing(reason=f"{what}: {', '.join(texts)}", details={"builds": texts})


def _accelerators(packages: Iterable[LockedPackage]) -> dict[str, Accelerator]:
    found = ((package.name, accelerator_of(package)) for package in packages)
    return {name: accelerator for name, accelerator in found if accelerator is not None}


def _is_fossil(package: LockedPackage, known: Mapping[str, LockedPackage]) -> bool:
    """Whether neither the build nor anything that it needs is tied to a driver.

    On real records ``pytorch=*=cuda*`` without a GPU solves to PyTorch 1.11 for CUDA 11.1.
    """
    if package.manager == "pip":
        return False  # wheels bring their CUDA with them, and never name a driver
    seen: set[str] = set()
    waiting = [package]
    while waiting:
        needs = waiting.pop().dependencies.keys()
        if needs & _KNOWS_DRIVERS:
            return False
        waiting += [known[name] for name in needs if name in known and name not in seen]
        seen |= needs
    return True
