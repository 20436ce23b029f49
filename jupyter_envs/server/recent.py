"""Answers that take long to find out: kept for a while, and looked for one at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Recent(Generic[K, T]):
    """Keeps what ``find`` gave for ``seconds``; for the event loop only.

    Who asks while an answer is being looked for waits for that one. A second key waits for the
    first: however many ask, one thread is busy.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._found: dict[K, tuple[float, T]] = {}
        self._sought: dict[K, asyncio.Task[T]] = {}

    async def get(self, key: K, find: Callable[[], Awaitable[T]], *, fresh: bool = False) -> T:
        """The answer for a key; a ``fresh`` one is found out after the call. Raises what ``find``
        raises, which is not kept."""
        now = time.monotonic()
        self._found = {k: v for k, v in self._found.items() if now - v[0] < self._seconds}
        if not fresh and key in self._found:
            return self._found[key][1]
        task = self._sought.get(key)
        if task is None:
            task = self._sought[key] = asyncio.get_running_loop().create_task(self._find(key, find))
        # A client that goes away must not take the answer from others.
        return await asyncio.shield(task)

    async def _find(self, key: K, find: Callable[[], Awaitable[T]]) -> T:
        try:
            async with self._turn:
                found = await find()
            self._found[key] = (time.monotonic(), found)
            return found
        finally:
            del self._sought[key]
