"""Endpoints of stacks: what can be made without a file of one's own, and what fits this machine."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from jupyter_envs.hardware import Choice
from jupyter_envs.operations import (
    StacksView,
    StackView,
    TargetOrder,
    free_bytes,
    stack_view,
    stacks_of,
    stacks_view,
)
from jupyter_envs.stacks import get_stack

from .messages import NoQuery
from .routing import Call
from .services import Services


class StacksQuery(NoQuery, frozen=True, kw_only=True):
    """What to look at the stacks for, instead of this machine: a ``profile`` of the policy, or a
    driver for a version of CUDA (empty: no GPU)."""

    profile: Annotated[str, Meta(max_length=100)] | None = None
    cuda: Annotated[str, Meta(max_length=20)] | None = None

    def order(self) -> TargetOrder:
        """The same as an operation takes it."""
        return TargetOrder(profile=self.profile, cuda=self.cuda)


async def list_all(call: Call[None, StacksQuery]) -> StacksView:
    """All stacks."""
    choice = await call.services.machine_choice(call.query.order())
    return await call.services.run(_all, call.services, choice)


def _all(services: Services, choice: Choice) -> StacksView:
    settings = services.settings()
    return stacks_view(stacks_of(settings), choice, free=free_bytes(settings))


async def one(call: Call[None, StacksQuery]) -> StackView:
    """One stack, with the text that would be made."""
    choice = await call.services.machine_choice(call.query.order())
    return await call.services.run(_one, call.services, call.path["id"], choice)


def _one(services: Services, stack_id: str, choice: Choice) -> StackView:
    settings = services.settings()
    found = get_stack(stacks_of(settings), stack_id)
    return stack_view(found, choice, free=free_bytes(settings), whole=True)
