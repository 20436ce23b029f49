"""Who holds the GPUs, remembered between two looks at their processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

import msgspec

from .holders import Claim, Kernel, Locate, claims, holders
from .owners import Holders
from .processes import Processes
from .readings import Sample
from .sampler import Seen
from .times import iso_time


class Holding(msgspec.Struct):
    """What was found for one list of processes."""

    key: object = None
    found: Sequence[Claim] = ()


class Holder:
    """Answers who holds what. ``locate`` gives the environment and the generation of an
    executable; ``server`` is the pid of the server whose kernels are meant."""

    def __init__(
        self, locate: Locate, *, processes: Processes | None = None, server: int | None = None
    ) -> None:
        self._locate = locate
        self._processes = processes or Processes()
        self._server = os.getpid() if server is None else server
        self._last = Holding()
        self._lock = threading.Lock()

    def look(self, seen: Seen[Sample], kernels: Sequence[Kernel]) -> Holders:
        """Who holds what of the sample that was seen last. It reads ``/proc``, so not on the
        event loop."""
        sample = seen.value
        if sample is None:
            return Holders(stale_since=iso_time(seen.stale_since))
        # A restart keeps a kernel's id and changes its pid.
        key = (sample.processes_at, tuple((one.kernel_id, one.pid) for one in kernels))
        with self._lock:
            if self._last.key != key:
                made = claims(sample, kernels, self._processes, server=self._server)
                self._last = Holding(key, made)
            found = self._last.found
        told = holders(sample, found, kernels, self._processes, self._locate)
        return msgspec.structs.replace(
            told,
            sampled_at=iso_time(sample.processes_at),
            stale_since=iso_time(seen.stale_since),
        )
