"""An error as a value: what travels to clients, and what a look ahead gives back."""

from __future__ import annotations

from typing import Any

import msgspec

from .base import EnvsError


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong. ``code`` never changes; ``message`` and ``hint`` are English texts made
    from ``code`` and ``params``; ``details`` depend on the code: diagnostics, a conflict."""

    code: str
    message: str
    params: dict[str, Any] = {}
    hint: str | None = None
    details: Any = None

    @classmethod
    def of(cls, error: EnvsError) -> Problem:
        """The error as a value."""
        return cls.read(error.as_dict())

    @classmethod
    def read(cls, body: dict[str, Any]) -> Problem:
        """An error that a journal tells of, as :meth:`EnvsError.as_dict` wrote it."""
        return cls(
            code=str(body.get("code", "internal_error")),
            message=str(body.get("message", "")),
            params=body.get("params") or {},
            hint=body.get("hint"),
            details=body.get("details"),
        )
