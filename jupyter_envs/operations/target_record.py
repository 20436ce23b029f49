"""What is kept and shown of the target of an order."""

from __future__ import annotations

from typing import Any

from jupyter_envs.hardware import Choice
from jupyter_envs.lock import Lock

from .order import Order
from .targets import choice_of, record_in


def target_record(order: Order, lock: Lock, platform: str) -> dict[str, Any] | None:
    """What a generation keeps: what was chosen for it; of a lock that was installed as it is,
    what the lock says. What was declared elsewhere, for its profiles, is not taken over."""
    if order.lock is None:
        return order.chosen.record() if order.chosen is not None else None
    record = record_in(lock, platform)
    if record is None or order.chosen is None or order.twin is not None:
        return record
    return {**record, "declared": order.chosen.record()["declared"]}


def target_shown(order: Order, platform: str) -> Choice | None:
    """The same for a person who plans."""
    if order.lock is None:
        return order.chosen.choice if order.chosen is not None else None
    return choice_of(record_in(order.lock, platform))
