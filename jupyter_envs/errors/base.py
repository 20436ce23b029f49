"""The base of every error: a code, a sentence and advice over params."""

from __future__ import annotations

from typing import Any, ClassVar


class EnvsError(Exception):
    """Base of all errors of this package.

    ``params`` fill the templates and go to clients; they never hold credentials.
    ``details`` is what a person may unfold: a conflict tree, diagnostics, a log's last lines.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    sentence: ClassVar[str] = "Something went wrong inside jupyter_envs: {reason}"
    advice: ClassVar[str | None] = None

    def __init__(self, *, details: Any = None, hint: str | None = None, **params: Any) -> None:
        self.params = params
        self.details = details
        self._hint = hint
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """One English sentence: what is wrong."""
        return self.sentence.format_map(_Lenient(self.params))

    @property
    def hint(self) -> str | None:
        """What the person can do next, or None."""
        if self._hint is not None:
            return self._hint
        return None if self.advice is None else self.advice.format_map(_Lenient(self.params))

    def as_dict(self) -> dict[str, Any]:
        """The JSON form shared by REST, ``--json`` and journals."""
        body: dict[str, Any] = {"code": self.code, "params": self.params, "message": self.message}
        if self.hint:
            body["hint"] = self.hint
        if self.details is not None:
            body["details"] = self.details
        return body


class _Lenient(dict[str, Any]):
    """A missing param must not replace the real error by a KeyError."""

    def __missing__(self, key: str) -> str:
        return f"({key})"
