"""``@EXPLICIT`` files (CEP 23): the conda part of one platform, one URL per line.

The hash is written ``#sha256:<hex>``. conda (26), mamba 2 and micromamba 2 read it. The bare
``#<hex>`` of 64 digits is shorter but names no algorithm, and ``#<md5>``, the only form that
micromamba 1 understands, does not protect against a file made to collide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .assemble import require_platform
from .checks import check_lock
from .digest import lock_digest
from .model import Lock, LockedPackage

_FILE = "the lock"


def emit_explicit(lock: Lock, platform: str) -> bytes:
    """The bytes of an ``@EXPLICIT`` file; a package stands after those it depends on.

    Such a file cannot hold pip packages: a comment names those that are missing. Raises
    PlatformNotLocked, and LockInvalid as :func:`.emit.emit_lock` does.
    """
    check_lock(lock, file=_FILE)
    require_platform(lock, platform, file=_FILE)
    packages = lock.for_platform(platform)
    missing = [f"{p.name} {p.version}" for p in packages if p.manager == "pip"]
    lines = [f"# platform: {platform}", f"# lock digest: {lock_digest(lock, platform)}"]
    if missing:
        lines.append("# Packages from pip, which this kind of file cannot hold:")
        lines.extend(f"#   {text}" for text in missing)
    lines.append("@EXPLICIT")
    conda = [p for p in packages if p.manager == "conda"]
    lines.extend(f"{p.url}#sha256:{p.sha256}" for p in dependencies_first(conda))
    lines.append("")
    return "\n".join(lines).encode()


def dependencies_first(packages: Iterable[LockedPackage]) -> Iterator[LockedPackage]:
    """Each package after its dependencies, else by name; a cycle is cut at its first name."""
    by_name = {p.name: p for p in sorted(packages, key=lambda p: p.name)}
    seen: set[str] = set()
    for root in by_name:
        if root in seen:
            continue
        seen.add(root)
        # By hand, since a chain of dependencies may be longer than Python's stack allows.
        open_ = [(root, _needed(by_name[root], by_name))]
        while open_:
            name, rest = open_[-1]
            following = next((needed for needed in rest if needed not in seen), None)
            if following is None:
                open_.pop()
                yield by_name[name]
            else:
                seen.add(following)
                open_.append((following, _needed(by_name[following], by_name)))


def _needed(package: LockedPackage, known: dict[str, LockedPackage]) -> Iterator[str]:
    return iter(sorted(name for name in package.dependencies if name in known))
