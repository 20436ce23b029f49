"""Which of a stack's targets fits what is solved for, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from jupyter_envs.errors import StackUnfit
from jupyter_envs.hardware import Choice, Reason, at_least, cuda_of_driver, major_of, reason

from .model import Stack, StackTarget


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A target of a stack on a machine: whether it fits, and what stands against it or is to
    be known."""

    target: StackTarget
    fits: bool
    reasons: tuple[Reason, ...] = ()


def fits_of(
    stack: Stack, choice: Choice, *, driver: str | None = None, free: int | None = None
) -> tuple[Fit, ...]:
    """Each target of the stack, in its order.

    ``driver`` is the version of NVIDIA's driver where it is known, ``free`` the bytes that are
    free for environments: too few of them is only said.
    """
    return tuple(_fit(target, choice, driver, free) for target in stack.targets)


def chosen_target(stack: Stack, choice: Choice, *, driver: str | None = None) -> StackTarget:
    """The first target that fits. Raises StackUnfit."""
    found = fits_of(stack, choice, driver=driver)
    for one in found:
        if one.fits:
            return one.target
    told = " ".join(dict.fromkeys(r.message for one in found for r in one.reasons))
    raise StackUnfit(id=stack.id, reason=told.rstrip("."))


def _fit(target: StackTarget, choice: Choice, driver: str | None, free: int | None) -> Fit:
    against = tuple(_against(target, choice, driver))
    if against:
        return Fit(target=target, fits=False, reasons=against)
    return Fit(target=target, fits=True, reasons=tuple(_remarks(target, free)))


def _against(target: StackTarget, choice: Choice, driver: str | None) -> Iterator[Reason]:
    if target.platforms and choice.platform not in target.platforms:
        shown = ", ".join(target.platforms)
        yield reason("needs_platform", platforms=shown, platform=choice.platform)
    if _older(choice.glibc, target.min_glibc):
        yield reason("needs_glibc", needed=target.min_glibc, glibc=choice.glibc)
    if target.accelerator != "cuda":
        return
    if choice.cuda is None or choice.cuda_major is None:
        yield reason("needs_gpu")
        return
    needed = cuda_of_driver(target.min_driver) if target.min_driver is not None else None
    here = driver if choice.origin == "detected" else None
    if here is not None and _older(here, target.min_driver):
        yield reason("needs_driver", needed=target.min_driver, driver=here)
    elif needed is not None and not at_least(choice.cuda, needed):
        yield reason("needs_cuda", needed=needed, cuda=choice.cuda)
    elif needed is not None and choice.cuda_major < major_of(needed):
        yield reason("needs_cuda", needed=needed, cuda=choice.cuda_major)
    if _older(choice.cuda_arch, target.min_cc):
        yield reason("needs_capability", needed=target.min_cc, capability=choice.cuda_arch)


def _older(value: str | None, floor: str | None) -> bool:
    return value is not None and floor is not None and not at_least(value, floor)


def _remarks(target: StackTarget, free: int | None) -> Iterator[Reason]:
    if target.disk_gb is not None and free is not None and free < target.disk_gb * 1e9:
        yield reason("disk_low", needed=f"{target.disk_gb:g}", free=f"{free / 1e9:.1f}")
