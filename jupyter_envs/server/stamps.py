"""The lock digest in a notebook's metadata, put there when it is saved, where that is wanted.

Nothing but the digest: a notebook is given to others, and a path or a name would go with it.
"""

from __future__ import annotations

from typing import Any

from jupyter_envs.operations import stamped

from .recorder import Told


class Stamps:
    """Which notebook's kernel runs from which lock. ``save`` is a pre-save hook of a contents
    manager; it reads no file, so that saving waits for nothing."""

    def __init__(self) -> None:
        self._digests: dict[str, str | None] = {}

    def started(self, told: Told) -> None:
        """A kernel was started for a notebook: ours, or another one, which takes a stamp off."""
        if told.path is not None:
            ours = told.metadata.get("jupyter_envs")
            digest = ours.get("lock_digest") if isinstance(ours, dict) else None
            self._digests[told.path.strip("/")] = digest

    def save(self, model: dict[str, Any], path: str, **_: Any) -> None:
        """Stamp a notebook that is about to be saved. Of one whose kernel this server has not
        started, nothing is changed."""
        path = path.strip("/")
        content = model.get("content")
        if model.get("type") != "notebook" or path not in self._digests:
            return
        if isinstance(content, dict) and isinstance(content.get("metadata"), dict):
            content["metadata"] = stamped(content["metadata"], self._digests[path])
