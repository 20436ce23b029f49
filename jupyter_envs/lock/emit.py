"""Writing ``conda-lock.yml`` v1 (CEP 37): the same lock always gives the same bytes.

Packages are sorted by (platform, manager, name) and keys stand in conda-lock's own order, so
that a new version of one package is a difference of a few lines. There is no time and no user
in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .assemble import in_order
from .checks import check_lock
from .digest import lock_digest
from .model import Lock, LockedPackage
from .repositories import repository_of, unhashed_metadata
from .scalars import scalar

DEFAULT_SOURCE = "environment.yml"
"""The source named when a lock knows none: mamba wants one, and this one lies beside the lock."""

_FILE = "conda-lock.yml"


def emit_lock(lock: Lock) -> bytes:
    """The bytes of a ``conda-lock.yml``.

    A platform without a ``content_hash``, which CEP 37 asks for, gets its lock digest. Raises
    LockInvalid when the lock holds what :func:`.conda_lock.parse_lock` would refuse, such as a
    URL with credentials.
    """
    check_lock(lock, file=_FILE)
    ordered = in_order(lock)
    lines = ["version: 1", "metadata:", *_metadata(ordered)]
    lines.append("package:" if ordered.packages else "package: []")
    for package in ordered.packages:
        lines.extend(_package(package))
    lines.append("")
    return "\n".join(lines).encode()


def _metadata(lock: Lock) -> Iterator[str]:
    hashes = {p: lock.content_hash.get(p) or lock_digest(lock, p) for p in lock.platforms}
    yield from _mapping("content_hash", hashes, 2)
    yield "  channels:" if lock.channels else "  channels: []"
    for channel in lock.channels:
        yield f"  - url: {scalar(channel)}"
        yield "    used_env_vars: []"
    yield from _list("platforms", lock.platforms)
    yield from _list("sources", sorted(lock.inputs) or [DEFAULT_SOURCE])
    if lock.inputs:
        yield "  inputs_metadata:"
        for source, sha256 in sorted(lock.inputs.items()):
            # An md5 that is not known stays empty: conda-lock does not read a file without the key.
            yield f"    {scalar(source)}:"
            yield f"      md5: {scalar(lock.inputs_md5.get(source, ''))}"
            yield f"      sha256: {scalar(sha256)}"
    custom = {**lock.custom, **unhashed_metadata(lock)}
    if custom:
        yield from _mapping("custom_metadata", custom, 2)


def _package(package: LockedPackage) -> Iterator[str]:
    yield f"- name: {scalar(package.name)}"
    yield f"  version: {scalar(package.version)}"
    yield f"  manager: {package.manager}"
    yield f"  platform: {scalar(package.platform)}"
    yield from _mapping("dependencies", package.dependencies, 2)
    yield f"  url: {scalar(package.url)}"
    yield "  hash:"
    if package.md5 is not None:
        yield f"    md5: {scalar(package.md5)}"
    yield f"    sha256: {scalar(package.sha256)}"
    if repository_of(package) is not None:
        # conda-lock would else ask an index for the name and version.
        yield from ("  source:", "    type: url", f"    url: {scalar(package.url)}")
    yield "  category: main"
    yield "  optional: false"


def _mapping(key: str, texts: dict[str, str], indent: int) -> Iterator[str]:
    pad = " " * indent
    if not texts:
        yield f"{pad}{key}: {{}}"
        return
    yield f"{pad}{key}:"
    for name, text in sorted(texts.items()):
        yield f"{pad}  {scalar(name)}: {scalar(text)}"


def _list(key: str, texts: Iterable[str]) -> Iterator[str]:
    yield f"  {key}:"
    for text in texts:
        yield f"  - {scalar(text)}"
