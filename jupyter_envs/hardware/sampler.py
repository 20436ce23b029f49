"""One thread that looks at something every few seconds, for as long as somebody wants to know.

A driver can take seconds to answer, and may never come back. So nobody calls it but this
thread: there is at most one call under way, and all who ask get what it found last.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

_log = logging.getLogger(__name__)

INTERVAL = 2.0
#: Without a look for so long, it stops: no thread, no call, the driver let go.
ASLEEP_AFTER = 10.0
#: After a failure it is asked less often: a broken driver does not mend in two seconds.
BACK_OFF = 60.0
#: A call that takes longer than this does not come back soon, if ever.
STALE_AFTER = 5.0
#: What somebody who asks first may have to wait for.
PATIENCE = 1.5


class Seen(msgspec.Struct, Generic[T], frozen=True):
    """What was found last. Times are in seconds since the epoch; ``stale_since`` is there while
    a call does not come back."""

    value: T | None
    at: float | None
    stale_since: float | None


class Sampler(Generic[T]):
    """Calls ``read`` every ``interval`` seconds while it is looked at.

    ``failed`` tells of a value that it is a failure: the next one is due after ``back_off``.
    ``release`` is called before it falls asleep. Both are called in its thread only, as is
    ``read``. An exception of ``read`` is logged, and counts as a failure without a value.
    """

    def __init__(
        self,
        read: Callable[[], T],
        *,
        failed: Callable[[T], bool] = lambda _: False,
        release: Callable[[], None] = lambda: None,
        interval: float = INTERVAL,
        asleep_after: float = ASLEEP_AFTER,
        back_off: float = BACK_OFF,
        stale_after: float = STALE_AFTER,
    ) -> None:
        self.interval = interval
        self._read = read
        self._failed = failed
        self._release = release
        self._asleep_after = asleep_after
        self._back_off = back_off
        self._stale_after = stale_after
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._value: T | None = None
        self._at: float | None = None
        # In seconds of the monotonic clock: the last look, the next reading, the running one.
        self._looked = 0.0
        self._due = 0.0
        self._began: float | None = None

    # -- for those who ask --------------------------------------------------------------------

    def look(self) -> Seen[T]:
        """What was found last, at once; and let it go on for a while."""
        with self._changed:
            self._wake()
            return self._seen()

    def wait(self, patience: float = PATIENCE) -> Seen[T]:
        """The same, after the reading that is due, where that takes no longer than ``patience``
        seconds. A call that is under way for longer already is not waited for."""
        with self._changed:
            self._wake()
            rest = patience - self._running()
            if rest > 0:
                self._changed.wait_for(self._is_fresh, rest)
            return self._seen()

    def is_settled(self, patience: float = PATIENCE) -> bool:
        """Whether :meth:`wait` would not wait."""
        with self._changed:
            return self._is_fresh() or self._running() >= patience

    @property
    def is_asleep(self) -> bool:
        """Whether nothing of it runs."""
        with self._changed:
            return self._thread is None

    def close(self) -> None:
        """End; a call that is under way is left to itself."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # -- with the lock held -------------------------------------------------------------------

    def _wake(self) -> None:
        self._looked = time.monotonic()
        if self._thread is None and not self._closed:
            # A daemon: a driver that does not come back must not keep the server from ending.
            self._thread = threading.Thread(
                target=self._run, name="jupyter_envs-sampler", daemon=True
            )
            self._thread.start()

    def _is_fresh(self) -> bool:
        # What is due only moments ago is about to be read, and as good as fresh.
        fresh_until = self._due + self.interval / 2
        return self._closed or (self._at is not None and time.monotonic() < fresh_until)

    def _running(self) -> float:
        """For how many seconds a call is under way; 0 where none is."""
        return 0.0 if self._began is None else time.monotonic() - self._began

    def _seen(self) -> Seen[T]:
        since, running = None, self._running()
        if running > self._stale_after:
            since = self._at if self._at is not None else time.time() - running
        return Seen(self._value, self._at, since)

    # -- its thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        while self._is_awake():
            self._sample()

    def _is_awake(self) -> bool:
        """Wait for the next reading; False where nobody wants one any more."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                sleep_at = self._looked + self._asleep_after
                if now >= sleep_at:
                    break
                if now >= self._due:
                    return True
                self._changed.wait(min(self._due, sleep_at) - now)
        self._quietly(self._release)
        with self._changed:
            if not self._closed and time.monotonic() < self._looked + self._asleep_after:
                return True  # looked at meanwhile
            self._thread = None
            return False

    def _sample(self) -> None:
        with self._changed:
            if time.monotonic() < self._due:
                return
            self._began = time.monotonic()
        found = self._quietly(self._read)
        with self._changed:
            self._began = None
            if found is not None:
                self._value, self._at = found, time.time()
            bad = found is None or self._failed(found)
            self._due = time.monotonic() + (self._back_off if bad else self.interval)
            self._changed.notify_all()

    @staticmethod
    def _quietly(call: Callable[[], T | None]) -> T | None:
        try:
            return call()
        except Exception:  # noqa: BLE001 - the thread has to go on
            _log.exception("jupyter_envs cannot look at the hardware")
            return None
