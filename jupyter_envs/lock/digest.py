"""The lock digest: one name for "these very packages" in caches, ledger, kernels and images."""

from __future__ import annotations

import hashlib

from .model import Lock


def lock_digest(lock: Lock, platform: str) -> str:
    """sha256 (hex) over the sorted ``(manager, name, version, build, sha256)`` of a platform.

    URLs, times, channels and comments do not count, so a mirror gives the same digest.
    Fields are separated by a NUL and packages by a newline: neither can occur inside one.
    """
    rows = sorted(
        "\0".join((p.manager, p.name, p.version, p.build, p.sha256))
        for p in lock.for_platform(platform)
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
