"""An environment.yml for an environment that was made from a lock alone."""

from __future__ import annotations

import yaml

from jupyter_envs.lock import Lock, LockedPackage, repository_of


def spec_from_lock(lock: Lock, platform: str) -> bytes:
    """Every package by name and exact version, so that the file solves to the same lock.

    ``nodefaults`` keeps other tools from adding channels that the lock did not use.
    """
    packages = lock.for_platform(platform)
    dependencies: list[object] = [
        f"{p.name}={p.version}={p.build}" for p in packages if p.manager == "conda"
    ]
    pip = [_pip_line(p) for p in packages if p.manager == "pip"]
    if pip:
        dependencies.append({"pip": pip})
    document = {"channels": [*lock.channels, "nodefaults"], "dependencies": dependencies}
    header = "# Written from a lock: every version is exact.\n"
    return (header + yaml.safe_dump(document, sort_keys=False)).encode()


def _pip_line(package: LockedPackage) -> str:
    if repository_of(package) is not None:
        return f"{package.name} @ {package.url}"
    return f"{package.name}=={package.version}"
