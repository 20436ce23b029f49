"""From a source as clients name it to one that a worker reads."""

from __future__ import annotations

import msgspec

from jupyter_envs.operations import (
    LockSource,
    Source,
    SpecSource,
    TargetOrder,
    kept_lock,
    source_from_bytes,
    stack_source,
)

from .messages import FileSource, KeptLock, LockText, SourceBody, StackBody, TargetBody
from .services import Services


async def read_source(body: SourceBody, services: Services) -> Source:
    """The source's bytes. Raises SourceNotFound for a file that the server does not show, and
    LockNotFound and LockAmbiguous for a digest."""
    if isinstance(body, FileSource):
        data, place = await services.files.read(body.path)
        return await services.run(source_from_bytes, data, place)
    if isinstance(body, KeptLock):
        data = await services.run(lambda: kept_lock(body.digest, services.settings()))
        return LockSource(data=data)
    if isinstance(body, StackBody):
        return await services.run(lambda: stack_source(services.settings(), body.id, body.target))
    if isinstance(body, LockText):
        return LockSource(data=body.text.encode("utf-8", "surrogateescape"))
    return SpecSource(data=body.text.encode("utf-8", "surrogateescape"))


def target_order(body: TargetBody | None) -> TargetOrder | None:
    """What a client says of the machines to solve for."""
    return None if body is None else TargetOrder(**msgspec.structs.asdict(body))
