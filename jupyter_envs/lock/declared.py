"""What a lock says of the machines it was solved for: the virtual packages of each platform."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from .model import Lock

_KEY = "virtual_packages"


def declared(lock: Lock, platform: str) -> tuple[str, ...]:
    """The virtual packages that ``platform`` was solved with; empty where the lock is silent."""
    text = lock.custom.get(f"{_KEY}.{platform}", "")
    if not text and lock.platforms == (platform,):
        text = lock.custom.get(_KEY, "")  # a lock of one platform needs no name for it
    return tuple(part for part in text.split(",") if part)


def with_declared(lock: Lock, platform: str, virtual_packages: Sequence[str]) -> Lock:
    """The lock with what ``platform`` was solved with."""
    text = ",".join(sorted(virtual_packages))
    return replace(lock, custom={**lock.custom, f"{_KEY}.{platform}": text})


_TARGET = "target"


def target_note(lock: Lock, platform: str) -> str:
    """What the lock says of how the target of ``platform`` was chosen; JSON, or empty."""
    return lock.custom.get(f"{_TARGET}.{platform}", "")


def with_target_note(lock: Lock, platform: str, text: str) -> Lock:
    """The lock with how the target was chosen; an empty text takes that away."""
    custom = {key: value for key, value in lock.custom.items() if key != f"{_TARGET}.{platform}"}
    if text:
        custom[f"{_TARGET}.{platform}"] = text
    return replace(lock, custom=custom)
