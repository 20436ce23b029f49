"""Stacks as the command line and REST show them: what they are, and what fits this machine."""

from __future__ import annotations

import shutil
from typing import Any

import msgspec

from jupyter_envs.hardware import Choice, Reason
from jupyter_envs.spec import dependency_name
from jupyter_envs.stacks import BrokenStack, Fit, Maturity, Origin, Stack, fits_of, with_lines

from .settings import Settings

_ICON = "stack"


class StackTargetView(msgspec.Struct, frozen=True, kw_only=True):
    """One of a stack's targets. ``fits`` says whether it can be made for what is solved for,
    ``reasons`` why not, or what is to be known; ``disk_gb`` are units of 10^9 bytes."""

    id: str
    accelerator: str
    fits: bool
    reasons: tuple[Reason, ...]
    min_driver: str | None
    min_cc: str | None
    min_glibc: str | None
    disk_gb: float | None
    add: tuple[str, ...]


class StackProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a stack cannot be used; ``details`` are the diagnostics of its file, if any."""

    code: str
    message: str
    params: dict[str, Any]
    hint: str | None
    details: Any = None


class StackView(msgspec.Struct, frozen=True, kw_only=True):
    """One stack. ``target`` is the one of its ``targets`` that would be made, None where none
    fits. ``file`` is None for what is shipped. One with a ``problem`` cannot be made; it takes
    away no other. ``text`` is the environment.yml that would be made, where one is asked for."""

    id: str
    title: str
    origin: Origin
    description: str = ""
    icon: str = _ICON
    purpose: tuple[str, ...] = ()
    maturity: Maturity = "solved-only"
    notebook: str | None = None
    file: str | None = None
    channels: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    probe: tuple[str, ...] = ()
    target: str | None = None
    targets: tuple[StackTargetView, ...] = ()
    problem: StackProblem | None = None
    text: str | None = None


class StacksView(msgspec.Struct, frozen=True, kw_only=True):
    """All stacks; ``choice`` is what they would be made for, and why."""

    stacks: list[StackView]
    choice: Choice


def stacks_view(
    stacks: list[Stack | BrokenStack], choice: Choice, *, free: int | None
) -> StacksView:
    """All stacks, for what was chosen. ``free`` are the bytes free for environments."""
    return StacksView(stacks=[stack_view(one, choice, free=free) for one in stacks], choice=choice)


def stack_view(
    found: Stack | BrokenStack, choice: Choice, *, free: int | None, whole: bool = False
) -> StackView:
    """One stack; ``whole`` with the text that would be made."""
    if isinstance(found, BrokenStack):
        return _broken(found)
    fits = fits_of(found, choice, free=free)
    chosen = next((fit.target for fit in fits if fit.fits), None)
    text = None
    if whole:
        data = with_lines(found.data, chosen, file=found.id) if chosen else found.data
        text = data.decode("utf-8", "replace")
    return StackView(
        id=found.id,
        title=found.title,
        origin=found.origin,
        description=found.description,
        icon=found.icon,
        purpose=found.purpose,
        maturity=found.maturity,
        notebook=found.notebook,
        file=found.file,
        channels=found.spec.channels,
        packages=tuple(name for line in found.spec.dependencies if (name := dependency_name(line))),
        probe=found.probe,
        target=chosen.id if chosen else None,
        targets=tuple(map(_target, fits)),
        text=text,
    )


def _target(fit: Fit) -> StackTargetView:
    target = fit.target
    return StackTargetView(
        id=target.id,
        accelerator=target.accelerator,
        fits=fit.fits,
        reasons=fit.reasons,
        min_driver=target.min_driver,
        min_cc=target.min_cc,
        min_glibc=target.min_glibc,
        disk_gb=target.disk_gb,
        add=target.add,
    )


def _broken(found: BrokenStack) -> StackView:
    problem = found.problem
    return StackView(
        id=found.id,
        title=found.id,
        origin=found.origin,
        file=found.file,
        problem=StackProblem(
            code=problem.code,
            message=problem.message,
            params=problem.params,
            hint=problem.hint,
            details=problem.details,
        ),
    )


def free_bytes(settings: Settings) -> int | None:
    """Bytes that are free where environments are made."""
    folder = settings.envs_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
