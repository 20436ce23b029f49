"""Small locks to write, read and compare."""

from __future__ import annotations

import hashlib

from jupyter_envs.lock import Lock, LockedPackage

FORGE = "https://conda.anaconda.org/conda-forge"
WHEELS = "https://wheels.example.org/packages"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def conda(
    name: str,
    version: str = "1.0.0",
    build: str = "h1234567_0",
    *,
    platform: str = "linux-64",
    channel: str = FORGE,
    depends: dict[str, str] | None = None,
) -> LockedPackage:
    file_name = f"{name}-{version}-{build}.conda"
    return LockedPackage(
        name=name,
        version=version,
        manager="conda",
        platform=platform,
        url=f"{channel}/{platform}/{file_name}",
        sha256=sha256(file_name),
        md5=sha256("md5" + file_name)[:32],
        dependencies=depends or {},
    )


def pip(
    name: str,
    version: str = "1.0.0",
    *,
    platform: str = "linux-64",
    depends: dict[str, str] | None = None,
) -> LockedPackage:
    file_name = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    return LockedPackage(
        name=name,
        version=version,
        manager="pip",
        platform=platform,
        url=f"{WHEELS}/{file_name.replace('+', '%2B')}",
        sha256=sha256(file_name),
        dependencies=depends or {},
    )


def lock(
    *packages: LockedPackage,
    platforms: tuple[str, ...] = ("linux-64",),
    custom: dict[str, str] | None = None,
) -> Lock:
    return Lock(
        platforms=platforms,
        channels=(FORGE,),
        packages=packages,
        content_hash={platform: sha256(platform) for platform in platforms},
        custom=custom or {},
    )


def demo() -> Lock:
    """Two platforms, conda and pip, and versions that YAML likes to misread."""
    return lock(
        conda("python", "3.10", "h955ad1f_0_cpython", depends={"openssl": ">=3,<4.0a0"}),
        conda("openssl", "3.4.0", depends={"__glibc": ">=2.17", "ca-certificates": ""}),
        conda("ca-certificates", "2025.10.5", "hbd8a1cb_0"),
        conda("x264", "1!164.3095", "h166bdaf_2"),
        conda("_libgcc_mutex", "0.1", "conda_forge"),
        conda("python", "3.10", "h955ad1f_0_cpython", platform="osx-arm64"),
        pip("ruamel-yaml", "0.18", depends={"python": ">=3.8", "ruamel-yaml-clib": ">=0.2.7"}),
        pip("torch", "2.5.1+cpu"),
        platforms=("osx-arm64", "linux-64"),
        custom={"virtual_packages": "__cuda=12.4 __glibc=2.36", "note": "it's: a #1 'quote'"},
    )
