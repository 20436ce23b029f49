"""Endpoint of adopting what another tool made: what would come of it."""

from __future__ import annotations

from jupyter_envs.operations import AdoptionPreview, adoption_preview

from .messages import NoQuery
from .routing import Call


async def preview(call: Call[None, NoQuery]) -> AdoptionPreview:
    """What adopting an unmanaged environment would make of it."""
    services = call.services
    return await services.run(lambda: adoption_preview(services.settings(), call.path["env"]))
