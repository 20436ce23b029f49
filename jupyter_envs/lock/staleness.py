"""Whether a lock still belongs to the spec it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from .model import Lock


def inputs_hash(data: bytes) -> str:
    """sha256 (hex) of a source file's bytes, as ``Lock.inputs`` holds it."""
    return hashlib.sha256(data).hexdigest()


def matches_input(lock: Lock, name: str, data: bytes) -> bool | None:
    """Whether ``data`` are the bytes the lock was made from; None when it does not say."""
    known = lock.inputs.get(name)
    return None if known is None else known == inputs_hash(data)


def content_hash(
    spec_dependencies: Sequence[str],
    channels: Sequence[str],
    platform: str,
    virtual_packages: Sequence[str],
    *,
    pip: Sequence[str] = (),
) -> str:
    """sha256 (hex) of everything a solve depends on but the channels' contents.

    The order of channels counts, since it is their priority; that of dependencies and virtual
    packages does not. A comment or a blank in the spec changes nothing here, other than in
    :func:`inputs_hash`. Other programs compute theirs in another way: compare only with a
    lock of our own.
    """
    content = {
        "channels": list(channels),
        "dependencies": _unordered(spec_dependencies),
        "pip": _unordered(pip),
        "platform": platform,
        "virtual_packages": _unordered(virtual_packages),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _unordered(lines: Sequence[str]) -> list[str]:
    return sorted({" ".join(line.split()) for line in lines})
