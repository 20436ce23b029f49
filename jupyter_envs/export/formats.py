"""The formats an environment is exported in, as one table."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from jupyter_envs.errors import ExportFormatUnknown
from jupyter_envs.lock import Lock, emit_explicit, emit_lock
from jupyter_envs.spec import Spec, read_spec

from .bill import bill_of_materials
from .pixi import pixi_lock
from .texts import history_spec, pinned_spec, requirements

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class ExportSource(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment's current generation was made from."""

    spec_bytes: bytes
    lock: Lock
    platform: str
    name: str

    @property
    def spec(self) -> Spec:
        """The spec, read. Raises SpecInvalid."""
        return read_spec(self.spec_bytes, "environment.yml")


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """One exported file: a name to suggest, its media type, its bytes."""

    file_name: str
    media_type: str
    data: bytes


class ExportFormat(msgspec.Struct, frozen=True, kw_only=True):
    """How one format is made. ``file_name`` is a template over ``name`` and ``platform``."""

    media_type: str
    file_name: str
    render: Callable[[ExportSource], bytes]


# mamba and micromamba tell a lock by the end of its name: -lock.yml. Media type: RFC 9512.
FORMATS: dict[str, ExportFormat] = {
    "explicit": ExportFormat(
        media_type="text/plain; charset=utf-8",
        file_name="{name}-{platform}.explicit.txt",
        render=lambda source: emit_explicit(source.lock, source.platform),
    ),
    "history": ExportFormat(
        media_type="application/yaml",
        file_name="{name}.yml",
        render=lambda source: history_spec(source.spec, source.lock, source.name),
    ),
    "lock": ExportFormat(
        media_type="application/yaml",
        file_name="{name}.conda-lock.yml",
        render=lambda source: emit_lock(source.lock),
    ),
    "pinned": ExportFormat(
        media_type="application/yaml",
        file_name="{name}.pinned.yml",
        render=lambda source: pinned_spec(source.spec, source.lock, source.platform, source.name),
    ),
    "pixi": ExportFormat(
        media_type="application/yaml",
        file_name="{name}.pixi.lock",
        render=lambda source: pixi_lock(source.lock),
    ),
    "requirements": ExportFormat(
        media_type="text/plain; charset=utf-8",
        file_name="{name}-requirements.txt",
        render=lambda source: requirements(source.spec, source.lock, source.platform),
    ),
    "sbom": ExportFormat(
        media_type="application/vnd.cyclonedx+json",
        file_name="{name}.cdx.json",
        render=lambda source: bill_of_materials(source.lock, source.platform, source.name),
    ),
    "yaml": ExportFormat(
        media_type="application/yaml",
        file_name="{name}.yml",
        render=lambda source: source.spec_bytes,
    ),
}


def export(source: ExportSource, format_name: str) -> Exported:
    """The environment as a file: ``yaml`` is the spec as written, byte for byte.

    Raises ExportFormatUnknown, which lists those that exist; ExtraMissing; LockInvalid and
    PlatformNotLocked from the lock's writers.
    """
    chosen = FORMATS.get(format_name)
    if chosen is None:
        raise ExportFormatUnknown(format=format_name, formats=", ".join(FORMATS))
    return Exported(
        file_name=chosen.file_name.format(name=_slug(source.name), platform=source.platform),
        media_type=chosen.media_type,
        data=chosen.render(source),
    )


def _slug(name: str) -> str:
    """The name as part of a file name: it also stands in an HTTP header."""
    return _UNSAFE.sub("-", name).strip(".-") or "environment"
