"""The thing named does not exist."""

from __future__ import annotations

from .base import EnvsError


class NotFound(EnvsError):
    """The thing named does not exist."""

    status = 404
    code = "not_found"
    sentence = "{what} does not exist"


class EnvironmentNotFound(NotFound):
    """No environment of that name in the store."""

    code = "environment_not_found"
    sentence = "There is no environment called {name!r}"
    advice = "'jupyter envs list' shows those that exist."


class GenerationNotFound(NotFound):
    """The environment has no such generation, or none before the current one."""

    code = "generation_not_found"
    sentence = "{name!r} has no generation {generation}; it has: {generations}"
    advice = "'jupyter envs show {name}' lists its generations."


class OperationNotFound(NotFound):
    """No journal with that id."""

    code = "operation_not_found"
    sentence = "There is no operation {id!r}"
    advice = "'jupyter envs operations' lists those that are known."


class LockNotFound(NotFound):
    """No lock with that digest is kept, or none fits what was asked."""

    code = "lock_not_found"
    sentence = "No lock {digest!r} is kept here"
    advice = "Check the digest: the ledger names that of every environment that was made."
