"""The target: what a solve is for."""

from __future__ import annotations

import re

import msgspec
from rattler import (
    GenericVirtualPackage,
    Override,
    PackageName,
    Subdir,
    Version,
    VirtualPackage,
    VirtualPackageOverrides,
)
from rattler.package import BuildString

from jupyter_envs.errors import ConfigurationInvalid, InvalidInput, PlatformUnsupported

_CUDA = re.compile(r"(?:[0-9]+(?:\.[0-9]+)*)?")


class Target(msgspec.Struct, frozen=True):
    """A platform and its virtual packages, as ``name=version=build`` strings (CEP 30)."""

    platform: str
    virtual_packages: tuple[str, ...]


def detect_target(*, platform: str | None = None, cuda: str | None = None) -> Target:
    """This machine as a target.

    ``CONDA_OVERRIDE_*`` variables are honoured as conda does. ``platform`` is the site's own
    choice (conda's ``subdir`` setting), ``cuda`` a declared driver version for machines that
    solve without a GPU, such as ``"12.4"``; empty, it takes the GPU away.

    Raises PlatformUnsupported on Windows, InvalidInput for what is no version of CUDA and
    ConfigurationInvalid for such a value in a variable.
    """
    host = str(Subdir.current())
    if host.startswith("win-"):
        raise PlatformUnsupported(platform="Windows")
    overrides = VirtualPackageOverrides.from_env()
    if cuda is not None:
        if not _CUDA.fullmatch(cuda):
            reason = f"{cuda!r} is not a version of CUDA"
            raise InvalidInput(reason=reason, hint="Write it like 12.4.")
        overrides.cuda = Override.string(cuda)
    try:
        detected = [found.into_generic() for found in VirtualPackage.detect(overrides)]
    except Exception as error:
        # Detection itself does not fail; only what is declared can be no version.
        raise ConfigurationInvalid(file="CONDA_OVERRIDE_*", reason=str(error)) from error
    return Target(
        platform=platform or host,
        virtual_packages=tuple(
            f"{p.name.normalized}={p.version}={_build(p.build_string)}" for p in detected
        ),
    )


def generic_packages(target: Target) -> list[GenericVirtualPackage]:
    """The target's virtual packages as the solver takes them."""
    return [
        GenericVirtualPackage(PackageName(name), Version(version), BuildString(build))
        for name, version, build in (text.split("=", 2) for text in target.virtual_packages)
    ]


def _build(build: object) -> str:
    return str(build) or "0"
