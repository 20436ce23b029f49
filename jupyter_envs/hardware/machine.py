"""The hardware of this machine for all who ask: one sampler for its GPUs, one for the host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .gpus import Gpus, inventory
from .host import HostReader
from .model import Inventory
from .readings import Hardware, Host, Sample
from .sampler import PATIENCE, Sampler, Seen
from .texts import note
from .times import iso_time


class Machine:
    """Looks while somebody asks. All methods but :meth:`wait` answer at once, from what was seen
    last. ``disk`` tells where environments are."""

    def __init__(
        self,
        disk: Callable[[], Path],
        *,
        gpus: Gpus | None = None,
        host: HostReader | None = None,
    ) -> None:
        reader = gpus or Gpus()
        self._gpus: Sampler[Sample] = Sampler(reader.read, failed=_is_failure, release=reader.close)
        # On its own, since a disk may hang as well as a driver.
        self._host: Sampler[Host] = Sampler((host or HostReader(disk)).read)

    def is_settled(self) -> bool:
        """Whether :meth:`wait` would not wait."""
        return self._gpus.is_settled() and self._host.is_settled()

    def wait(self, patience: float = PATIENCE) -> None:
        """Until there is something fresh to tell, but no longer than ``patience`` seconds."""
        self._host.look()
        self._gpus.wait(patience)
        self._host.wait(patience)

    def look(self) -> Hardware:
        """Everything about it."""
        return hardware(self._gpus.look(), self._host.look(), self._gpus.interval)

    def sample(self) -> Seen[Sample]:
        """The GPUs alone, with the processes that have memory of them."""
        return self._gpus.look()

    def inventory(self) -> Inventory | None:
        """What there is to compute on; None before the driver's first answer."""
        found = self._gpus.look().value
        return None if found is None else inventory(found)

    @property
    def is_asleep(self) -> bool:
        """Whether nothing of it runs."""
        return self._gpus.is_asleep and self._host.is_asleep

    def close(self) -> None:
        """Stop looking."""
        self._gpus.close()
        self._host.close()


def _is_failure(found: Sample) -> bool:
    return found.state != "ok" and not found.devices


def hardware(gpus: Seen[Sample], host: Seen[Host], interval: float) -> Hardware:
    """What was seen, as it is told."""
    found = gpus.value
    if found is None:
        return Hardware(
            state="waiting",
            note=note("driver_waiting"),
            host=host.value,
            stale_since=iso_time(gpus.stale_since),
            interval=interval,
        )
    return Hardware(
        state=found.state,
        note=found.note,
        driver=found.driver,
        cuda=found.cuda,
        error=found.error,
        devices=found.devices,
        host=host.value,
        sampled_at=iso_time(gpus.at),
        stale_since=iso_time(gpus.stale_since),
        interval=interval,
    )
