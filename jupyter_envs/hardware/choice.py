"""What to solve for: from a machine, its GPUs and what was declared, to a target and why.

A pure function. conda's metadata promises only that the driver runs a CUDA of that major
version. It does not know which GPUs a CUDA has code for: a driver 580 on a Pascal GPU says CUDA
13, whose builds list that GPU and then fail at their first kernel. So the choice adds what the
metadata lacks, as constraints on ``cuda-version``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from jupyter_envs.errors import TargetInvalid

from .model import Gpu, Inventory
from .reasons import Reason, reason
from .tables import (
    at_least,
    cuda_of_driver,
    glibc_for,
    lowest_capability,
    lowest_of_all,
    major_of,
    newest_known_major,
    newest_major_for,
    newest_minor,
    numbers,
)
from .target import Choice, Declared, Detected, Origin

_VERSION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}")
_ARCHSPEC = re.compile(r"[a-z0-9_]{1,40}")
_NO_CUDA = ("osx-", "emscripten-", "wasi-")


def check_declared(declared: Declared) -> None:
    """Raise TargetInvalid for what is no version."""
    for name in ("cuda", "cuda_arch", "glibc"):
        text = getattr(declared, name)
        if text and not _VERSION.fullmatch(text):
            raise TargetInvalid(reason=f"{name} {text[:40]!r} is not a version")
    for name in ("cuda_arch", "glibc"):
        if getattr(declared, name) == "":
            raise TargetInvalid(reason=f"{name} is empty")
    archspec = declared.archspec
    if archspec is not None and not _ARCHSPEC.fullmatch(archspec):
        raise TargetInvalid(reason=f"archspec {archspec[:40]!r} is not a processor's name")


def choose_target(
    machine: Detected, inventory: Inventory | None = None, declared: Declared | None = None
) -> Choice:
    """The target, with its reasons in the order in which they count.

    ``inventory`` None means that nobody asked the driver: then ``machine`` alone counts.
    Raises TargetInvalid for versions that are none, and for GPUs that are not here.
    """
    declared = declared or Declared()
    check_declared(declared)
    gpus = _chosen(inventory, declared.gpus)
    known = _Known(machine, inventory, declared, gpus)
    cuda, origin, why = known.cuda()
    reasons = [why]
    arch, gpu = known.capability(cuda)
    glibc = declared.glibc or machine.glibc
    if cuda is not None and arch is not None and newest_major_for(arch) is None:
        reasons = [reason("cpu_capability", gpu=gpu, capability=arch, lowest=lowest_of_all())]
        cuda = None
    major = None
    constraints: tuple[str, ...] = ()
    if cuda is not None:
        major, limits = _major(cuda, arch, gpu, glibc)
        reasons = [*limits, _restated(why, major), *_remarks(cuda, major, arch)]
        if major < major_of(cuda):
            constraints = (f"cuda-version <{major + 1}",)
        reasons += _about_gpus(gpus, declared.gpus, gpu)
    if declared.gpu_required:
        reasons.append(reason("gpu_required"))
    return Choice(
        origin=origin,
        platform=machine.platform,
        profile=declared.profile,
        cuda=cuda,
        cuda_arch=arch if cuda is not None else None,
        cuda_major=major,
        glibc=glibc,
        archspec=declared.archspec or machine.archspec,
        gpu_required=declared.gpu_required,
        gpus=tuple(one.uuid for one in gpus) if cuda is not None else (),
        constraints=constraints,
        reasons=tuple(reasons),
    )


class _Known:
    """The three sources, and which of them counts for what."""

    def __init__(
        self,
        machine: Detected,
        inventory: Inventory | None,
        declared: Declared,
        gpus: Sequence[Gpu],
    ) -> None:
        self.machine = machine
        self.inventory = inventory
        self.declared = declared
        self.gpus = gpus

    def cuda(self) -> tuple[str | None, Origin, Reason]:
        """The newest CUDA of the driver, who says so, and the reason."""
        platform, declared = self.machine.platform, self.declared
        if platform.startswith(_NO_CUDA):
            return None, self._origin(), reason("cpu_platform", platform=platform)
        if declared.profile is not None:
            if not declared.cuda:
                return None, "profile", reason("cpu_profile", profile=declared.profile)
            values = {"profile": declared.profile, "cuda": declared.cuda}
            return declared.cuda, "profile", _cuda_reason("cuda_profile", **values)
        if declared.cuda is not None:
            if not declared.cuda:
                return None, "declared", reason("cpu_declared")
            why = _cuda_reason("cuda_declared", cuda=declared.cuda)
            return declared.cuda, "declared", why
        if self.machine.cuda_override is not None:
            if not self.machine.cuda_override:
                return None, "override", reason("cpu_override")
            override = self.machine.cuda_override
            return override, "override", _cuda_reason("cuda_override", cuda=override)
        return self._detected() if self.machine.source == "here" else self._elsewhere()

    def _elsewhere(self) -> tuple[str | None, Origin, Reason]:
        machine = self.machine
        if machine.source == "usual":
            return None, "usual", reason("cpu_usual", platform=machine.platform)
        if machine.cuda is None:
            return None, "recorded", reason("cpu_recorded")
        return machine.cuda, "recorded", _cuda_reason("cuda_recorded", cuda=machine.cuda)

    def _origin(self) -> Origin:
        if self.declared.profile is not None:
            return "profile"
        return "detected" if self.declared.cuda is None else "declared"

    def _detected(self) -> tuple[str | None, Origin, Reason]:
        inventory, cuda = self.inventory, self.machine.cuda
        if inventory is not None:
            # A solver's own detection takes a driver library that answers for a GPU.
            if inventory.state not in ("ok", "none"):
                return None, "detected", reason("cpu_driver", state=inventory.state)
            if inventory.state == "ok" and not self.gpus:
                return None, "detected", reason("cpu_no_device")
            if inventory.state == "ok":
                cuda = inventory.cuda or cuda_of_driver(inventory.driver or "") or cuda
        if cuda is None:
            return None, "detected", reason("cpu_no_gpu")
        return cuda, "detected", _cuda_reason("cuda_detected", cuda=cuda)

    def capability(self, cuda: str | None) -> tuple[str | None, str]:
        """The lowest compute capability to solve for, and the GPU that has it, for people."""
        declared = self.declared
        if declared.cuda_arch is not None:
            whose = f"the profile {declared.profile}" if declared.profile else "what is declared"
            return declared.cuda_arch, whose
        if cuda is None or declared.profile is not None:
            return None, "GPU"  # the GPUs of this machine are not those of the profile's
        if self.machine.arch_override is not None:
            return self.machine.arch_override, "CONDA_OVERRIDE_CUDA_ARCH"
        found = [gpu for gpu in self.gpus if gpu.capability is not None]
        if found:
            oldest = min(found, key=lambda gpu: numbers(gpu.capability or ""))
            return oldest.capability, _name(oldest)
        return self.machine.cuda_arch, "GPU"


def _chosen(inventory: Inventory | None, wanted: Sequence[str]) -> tuple[Gpu, ...]:
    """NVIDIA's GPUs, or those of them that were asked for."""
    here = [g for g in inventory.gpus if g.vendor == "nvidia"] if inventory is not None else []
    found: list[Gpu] = []
    for text in wanted:
        fitting = [gpu for gpu in here if _is(gpu, text)]
        if len(fitting) != 1:
            known = ", ".join(map(_name, here)) or "none"
            raise TargetInvalid(reason=f"there is no GPU {text[:60]!r} here; there are: {known}")
        found += [gpu for gpu in fitting if gpu not in found]
    return tuple(found if wanted else here)


def _is(gpu: Gpu, text: str) -> bool:
    if text.isascii() and text.isdigit():
        return gpu.index == int(text)
    return len(text) >= len("GPU-1") and gpu.uuid.startswith(text)


def _name(gpu: Gpu) -> str:
    return f"GPU {gpu.index}" + (f" ({gpu.name})" if gpu.name else "")


def _cuda_reason(code: str, *, cuda: str, **params: str) -> Reason:
    return reason(code, major=major_of(cuda), cuda=cuda, **params)


def _restated(why: Reason, major: int) -> Reason:
    """The reason for CUDA at all, with the major version that came out."""
    return reason(why.code, **{**why.params, "major": str(major)})


def _major(
    cuda: str, arch: str | None, gpu: str, glibc: str | None
) -> tuple[int, tuple[Reason, ...]]:
    """The CUDA major that driver, GPUs and system all allow, and what held it back."""
    major = driver = major_of(cuda)
    held: list[Reason] = []
    newest = newest_major_for(arch) if arch is not None else None
    lowest = lowest_capability(driver)
    if newest is not None and lowest is not None and not at_least(arch or "", lowest):
        major = min(driver, newest)
        held.append(
            reason("capability_major", major=major, newest=driver, gpu=gpu, capability=arch,
                   lowest=lowest)
        )  # fmt: skip
    needed = glibc_for(driver)
    if glibc is not None and needed is not None and not at_least(glibc, needed):
        fitting = _major_for_glibc(driver, glibc)
        if fitting < major:
            held.append(
                reason("glibc_major", major=fitting, newest=driver, glibc=glibc, lowest=needed)
            )
            major = fitting
    return major, tuple(held)


def _major_for_glibc(major: int, glibc: str) -> int:
    while (needed := glibc_for(major)) is not None and not at_least(glibc, needed):
        major -= 1
    return major


def _remarks(cuda: str, major: int, arch: str | None) -> Iterable[Reason]:
    """What is to be known of a choice that is made."""
    newest = newest_known_major()
    if major > newest:
        yield reason("cuda_unknown_major", major=major)
    elif arch is None and major == newest:
        yield reason("capability_unknown", newest=newest, lowest=lowest_capability(newest))
    latest = newest_minor(major)
    if major == major_of(cuda) and latest is not None and not at_least(cuda, latest):
        yield reason("minor_compatible", newest=latest, cuda=cuda)


def _about_gpus(gpus: Sequence[Gpu], wanted: Sequence[str], oldest: str) -> Iterable[Reason]:
    if wanted:
        yield reason("gpus_chosen", gpus=", ".join(map(_name, gpus)))
    elif len({gpu.capability for gpu in gpus if gpu.capability}) > 1:
        yield reason("gpus_mixed", gpu=oldest)
