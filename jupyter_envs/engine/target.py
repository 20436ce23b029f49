"""The target: what a solve is for."""

from __future__ import annotations

import re
from collections.abc import Mapping

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

_VIRTUAL = re.compile(r"__[a-z0-9][a-z0-9_.-]*")
_VERSION = re.compile(r"[0-9][0-9A-Za-z._+!]*(?:=[A-Za-z0-9_.+-]+)?")

# The oldest systems that conda-forge builds for, and a kernel that those have: Enterprise Linux
# 8 (glibc 2.28), macOS 11. Whoever needs older ones declares them.
_USUAL: dict[str, dict[str, str]] = {
    "linux": {"__unix": "0=0", "__linux": "4.18=0", "__glibc": "2.28=0"},
    "osx": {"__unix": "0=0", "__osx": "11.0=0"},
    "win": {"__win": "0=0"},
}
_PROCESSORS = {"64": "x86_64", "32": "x86", "arm64": "m1"}

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


def usual_target(platform: str, declared: Mapping[str, str] = {}) -> Target:
    """A machine of ``platform`` that is not at hand: what most of them fulfil today.

    ``declared`` maps a virtual package to its ``version[=build]`` and replaces or adds to that.
    Raises InvalidInput for what is no virtual package or no version.
    """
    system, _, processor = platform.partition("-")
    usual = {**_USUAL.get(system, {}), "__archspec": f"1={_PROCESSORS.get(processor, processor)}"}
    return Target(platform=platform, virtual_packages=_declare(usual, declared))


def with_declared_packages(target: Target, declared: Mapping[str, str]) -> Target:
    """The target with ``declared`` virtual packages. Raises InvalidInput."""
    known = {name: rest for name, _, rest in (t.partition("=") for t in target.virtual_packages)}
    return Target(platform=target.platform, virtual_packages=_declare(known, declared))


def _declare(known: Mapping[str, str], declared: Mapping[str, str]) -> tuple[str, ...]:
    for name, text in declared.items():
        if not _VIRTUAL.fullmatch(name) or not _VERSION.fullmatch(text):
            raise InvalidInput(
                reason=f"{name}={text} is not a virtual package with a version",
                hint="Write it like __glibc=2.17 or __cuda=12.4.",
            )
    merged = {**known, **declared}
    return tuple(
        f"{name}={text if '=' in text else text + '=0'}" for name, text in sorted(merged.items())
    )


def generic_packages(target: Target) -> list[GenericVirtualPackage]:
    """The target's virtual packages as the solver takes them."""
    return [
        GenericVirtualPackage(PackageName(name), Version(version), BuildString(build))
        for name, version, build in (text.split("=", 2) for text in target.virtual_packages)
    ]


def _build(build: object) -> str:
    return str(build) or "0"
