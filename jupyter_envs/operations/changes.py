"""What changed between two locks, as texts for people."""

from __future__ import annotations

from jupyter_envs.lock import LockDiff, Release

_COMMIT_LENGTH = 40


def change_texts(found: LockDiff) -> dict[str, list[str]]:
    """Added, removed and changed packages with their versions, a text each."""
    return {
        "added": [f"{one.name} {one.version}" for one in found.added],
        "removed": [f"{one.name} {one.version}" for one in found.removed],
        "changed": [
            f"{one.name} {_version(one.before)} -> {_version(one.after)}" for one in found.changed
        ],
    }


def _version(one: Release) -> str:
    """With the commit, where there is one: a branch moves on within one version."""
    is_commit = len(one.sha256) == _COMMIT_LENGTH
    return f"{one.version} (commit {one.sha256[:10]})" if is_commit else one.version
