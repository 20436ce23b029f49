"""The one exception of the dependency grammar's parts."""

from __future__ import annotations


class MalformedError(Exception):
    """A dependency that cannot be read; ``code`` is one of the catalogue."""

    def __init__(self, code: str, **params: str) -> None:
        self.code = code
        self.params = params
        super().__init__(code)
