"""Stacks that are not there, cannot be used, or do not fit."""

from __future__ import annotations

from .input import InvalidInput
from .missing import NotFound


class StackNotFound(NotFound):
    """No stack of that id is known."""

    code = "stack_not_found"
    sentence = "There is no stack called {id!r}"
    advice = "'jupyter envs stacks' lists those that there are."


class StackInvalid(InvalidInput):
    """A stack's file that cannot be used; ``details`` hold its diagnostics where it has any."""

    code = "stack_invalid"
    sentence = "The stack {file} cannot be used: {reason}"
    advice = "Correct its file; the page about stacks tells what belongs into it."


class StackUnfit(InvalidInput):
    """None of a stack's targets fits what is solved for."""

    code = "stack_unfit"
    sentence = "The stack {id} does not fit what is solved for: {reason}"
    advice = "Declare the machines that it is for (--profile NAME or --cuda 12.9), or take another."


class StackDigestMismatch(InvalidInput):
    """What an address gives is not what its digest says."""

    code = "stack_digest_mismatch"
    sentence = "What {url} gives has the sha256 {found}, not {expected}"
    advice = "Look at what changed, and ask for it with its new digest."
