"""From the bytes of a stack's file to the stack."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from jupyter_envs.errors import SpecInvalid, StackInvalid
from jupyter_envs.spec import (
    OWN_KEY,
    PackageEdit,
    ParsedSpec,
    dependency_name,
    edit_spec,
    extension_line,
    is_platform,
    parse_spec,
    read_extension,
)

from .model import Maturity, Origin, Stack, StackTarget

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_VERSION = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){0,3}")

DEFAULT_ICON = "stack"


class TargetSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A target as the file has it."""

    accelerator: Literal["cpu", "cuda"] = "cpu"
    add: tuple[str, ...] = ()
    min_driver: str | None = None
    min_cc: str | None = None
    min_glibc: str | None = None
    disk_gb: float | None = None
    platforms: tuple[str, ...] = ()


class StackSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an environment.yml has below ``x-jupyter-envs:`` where it is a stack."""

    title: str
    description: str
    targets: dict[str, TargetSection | None]
    icon: str = DEFAULT_ICON
    purpose: tuple[str, ...] = ()
    maturity: Maturity = "solved-only"
    notebook: str | None = None
    probe: tuple[str, ...] = ()


def is_stack_id(text: str) -> bool:
    """Whether a text can be a stack's id: small letters, digits and hyphens."""
    return _ID.fullmatch(text) is not None


def read_stack(data: bytes, stack_id: str, *, origin: Origin, file: str | None) -> Stack:
    """The stack in a file. ``file`` is what people know it by; it may be an address.

    Raises StackInvalid, with the diagnostics of its environment.yml where that is at fault.
    """
    shown = file or stack_id
    if not is_stack_id(stack_id):
        reason = f"its name {stack_id[:60]!r} is not made of small letters, digits and hyphens"
        raise StackInvalid(file=shown, reason=reason)
    parsed = parse_spec(data, file=shown)
    spec = parsed.spec
    if spec is None:
        raise _faulty(parsed, shown)
    section = _section(data, shown)
    targets = tuple(
        StackTarget(id=name, **msgspec.structs.asdict(found or TargetSection()))
        for name, found in section.targets.items()
    )
    _check(targets, data, shown)
    return Stack(
        id=stack_id,
        title=section.title,
        description=section.description,
        icon=section.icon,
        purpose=section.purpose,
        maturity=section.maturity,
        notebook=section.notebook,
        targets=targets,
        probe=section.probe,
        origin=origin,
        file=file,
        data=data,
        spec=spec,
    )


def _faulty(parsed: ParsedSpec, file: str) -> StackInvalid:
    first = next(d for d in parsed.diagnostics if d.severity == "error")
    what = first.message.partition(". ")[0].rstrip(".")
    return StackInvalid(
        file=file,
        reason=f"line {first.start.line}: {what}",
        details=[msgspec.to_builtins(one) for one in parsed.diagnostics],
    )


def _section(data: bytes, file: str) -> StackSection:
    found = read_extension(data)
    if found is None:
        raise StackInvalid(file=file, reason=f"it has no {OWN_KEY} section")
    try:
        return msgspec.convert(found, StackSection, strict=False)
    except msgspec.ValidationError as error:
        line = extension_line(data)
        reason = f"line {line}, {OWN_KEY}: {_told(error)}"
        raise StackInvalid(file=file, reason=reason) from error


def _told(error: msgspec.ValidationError) -> str:
    """msgspec's sentence, without the parts that mean nothing to who wrote a YAML file."""
    text, _, place = str(error).partition(" - at `$")
    place = place.rstrip("`").replace("[...]", ".*").lstrip(".")
    return f"{place}: {text}" if place else text


def _check(targets: tuple[StackTarget, ...], data: bytes, file: str) -> None:
    for reason in (_problem(targets), *map(_target_problem, targets)):
        if reason is not None:
            raise StackInvalid(file=file, reason=reason)
    for target in targets:
        with_lines(data, target, file=file)


def _problem(targets: tuple[StackTarget, ...]) -> str | None:
    if not targets:
        return "it has no target"
    bad = [target.id for target in targets if not is_stack_id(target.id)]
    return f"{bad[0][:60]!r} cannot be the name of a target" if bad else None


def _target_problem(target: StackTarget) -> str | None:
    for name in ("min_driver", "min_cc", "min_glibc"):
        value = getattr(target, name)
        if value is not None and not _VERSION.fullmatch(value):
            return f"{name} {value[:40]!r} of the target {target.id} is not a version"
    for platform in target.platforms:
        if not is_platform(platform):
            return f"{platform[:40]!r} in the target {target.id} is not a platform"
    if target.disk_gb is not None and not 0 <= target.disk_gb < 100_000:
        return f"disk_gb of the target {target.id} is no size"
    return None


def with_lines(data: bytes, target: StackTarget, *, file: str) -> bytes:
    """The environment.yml of a target: the stack's file with the lines that it adds.

    Raises StackInvalid.
    """
    edits = []
    for line in target.add:
        name = dependency_name(line)
        if name is None:
            raise StackInvalid(
                file=file, reason=f"{line[:60]!r} of the target {target.id} is no dependency"
            )
        edits.append(PackageEdit(manager="conda", name=name, text=line))
    try:
        return edit_spec(data, edits)
    except SpecInvalid as error:
        reason = f"a line of the target {target.id}: {error.params['reason']}"
        raise StackInvalid(file=file, reason=reason) from error
