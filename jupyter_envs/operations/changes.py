"""What changed between two locks, as texts for people."""

from __future__ import annotations

from jupyter_envs.lock import LockDiff


def change_texts(found: LockDiff) -> dict[str, list[str]]:
    """Added, removed and changed packages with their versions, a text each."""
    return {
        "added": [f"{one.name} {one.version}" for one in found.added],
        "removed": [f"{one.name} {one.version}" for one in found.removed],
        "changed": [
            f"{one.name} {one.before.version} -> {one.after.version}" for one in found.changed
        ],
    }
