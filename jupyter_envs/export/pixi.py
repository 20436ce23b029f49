"""A ``pixi.lock``, version 6: what pixi and conda's plugin for lock files both read.

Written here and not by py-rattler, which writes version 7 only and leaves the hashes of PyPI's
packages out. Source: the format as rattler reads it (``rattler_lock``), which the tests ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_envs.lock import Lock, LockedPackage, in_order, repository_of, scalar


def pixi_lock(lock: Lock) -> bytes:
    """The lock as the environment ``default`` of a ``pixi.lock``; the same lock, the same bytes."""
    ordered = in_order(lock)
    lines = ["version: 6", "environments:", "  default:", "    channels:"]
    lines += [f"    - url: {scalar(_with_slash(channel))}" for channel in ordered.channels]
    if any(package.manager == "pip" for package in ordered.packages):
        # The key has to be there; every package has its own address.
        lines += ["    indexes:", "    - https://pypi.org/simple"]
    lines.append("    packages:")
    for platform in ordered.platforms:
        found = [_reference(package) for package in ordered.for_platform(platform)]
        lines.append(f"      {platform}:{'' if found else ' []'}")
        lines += (f"      - {text}" for text in found)
    lines.append("packages:" if ordered.packages else "packages: []")
    written: set[str] = set()
    for package in ordered.packages:
        if package.url not in written:  # one for several platforms stands there once
            written.add(package.url)
            lines += _entry(package)
    return ("\n".join(lines) + "\n").encode()


def _with_slash(channel: str) -> str:
    url = channel if "://" in channel else f"https://conda.anaconda.org/{channel}"
    return url.rstrip("/") + "/"


def _reference(package: LockedPackage) -> str:
    kind = "conda" if package.manager == "conda" else "pypi"
    return f"{kind}: {scalar(_address(package))}"


def _address(package: LockedPackage) -> str:
    repository = repository_of(package)
    if repository is None:
        return package.url
    # pixi's form: what was asked for behind the "?", what it is behind the "#".
    asked = [f"subdirectory={repository.subdirectory}"] if repository.subdirectory else []
    query = "&".join([*asked, f"rev={repository.commit}"])
    return f"git+{repository.repository}?{query}#{repository.commit}"


def _entry(package: LockedPackage) -> Iterator[str]:
    yield f"- {_reference(package)}"
    if package.manager == "pip":
        yield f"  name: {scalar(package.name)}"
        yield f"  version: {scalar(package.version)}"
        if repository_of(package) is None:
            yield f"  sha256: {scalar(package.sha256)}"
        return
    subdir = package.url.split("/")[-2]
    # It is in the address too, but readers do not look for it in those of files.
    yield f"  subdir: {scalar(subdir)}"
    yield f"  sha256: {scalar(package.sha256)}"
    if package.md5 is not None:
        yield f"  md5: {scalar(package.md5)}"
    if package.dependencies:
        yield "  depends:"
        for name, rule in sorted(package.dependencies.items()):
            yield f"  - {scalar(f'{name} {rule}'.strip())}"
    if "python" in package.dependencies and subdir == "noarch":
        yield "  noarch: python"
