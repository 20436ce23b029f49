"""How long work tells where it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives progress. Called often and from several threads: implementations coalesce."""

    def __call__(self, phase: str, done: int, total: int | None, unit: str) -> None:
        """``done`` of ``total`` (None: not known) in ``unit`` ("bytes" or "packages")."""
