"""What a lock says of where it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from jupyter_envs import __version__
from jupyter_envs.lock import Lock, with_asked

from .context import Context
from .order import Order
from .pip_files import all_lines


def with_origin(lock: Lock, order: Order, context: Context, *, added: Iterable[str]) -> Lock:
    """The lock with the lines that were asked for, how channels were weighed, and our version."""
    custom = {
        "channel_priority": context.configuration.channel_priority,
        "jupyter_envs": __version__,
    }
    lock = replace(lock, custom={**lock.custom, **custom})
    return with_asked(lock, all_lines(order.spec, order.pip), added=added)
