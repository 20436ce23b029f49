"""Which driver runs which CUDA, and which CUDA has code for which GPU: NVIDIA's tables, as data.

The files in ``data/`` say where their numbers are from and of when they are. A toolkit that is
newer than they are is not unknown altogether: within a major version every driver runs every
toolkit from the floor on (minor version compatibility), so its floor is that of its major.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

import msgspec

_NUMBERS = re.compile(r"[0-9]{1,9}")


class DriverTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``floors``: CUDA major to the oldest driver that runs any of it. ``native``: a toolkit to
    the driver that came with it, which runs all of it, code compiled while running included."""

    source: str
    date: str
    floors: dict[str, str]
    native: dict[str, str]


class CapabilityTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``lowest``: CUDA major to the lowest compute capability that it has code for. ``glibc``:
    CUDA major to the glibc that conda-forge's builds for it need."""

    source: str
    date: str
    lowest: dict[str, str]
    glibc: dict[str, str]


@cache
def driver_table() -> DriverTable:
    """NVIDIA's minimum drivers."""
    return msgspec.convert(_read("cuda_drivers.json"), DriverTable)


@cache
def capability_table() -> CapabilityTable:
    """Windows of compute capability."""
    return msgspec.convert(_read("capabilities.json"), CapabilityTable)


def _read(name: str) -> object:
    return json.loads((files(__package__) / "data" / name).read_text("utf-8"))


def numbers(version: str) -> tuple[int, ...]:
    """A version's numbers, for comparing: ``"525.60.13"`` is ``(525, 60, 13)``."""
    return tuple(int(part) for part in _NUMBERS.findall(version))


def at_least(version: str, floor: str) -> bool:
    """Whether ``version`` is not older than ``floor``."""
    return numbers(version) >= numbers(floor)


def major_of(cuda: str) -> int:
    """The major version of a CUDA version."""
    found = numbers(cuda)
    return found[0] if found else 0


def floor_of(cuda: str) -> str | None:
    """The oldest driver that runs this toolkit at all; None for a major that the table lacks."""
    return driver_table().floors.get(str(major_of(cuda)))


def native_driver(cuda: str) -> str | None:
    """The driver that came with this toolkit; None for one that the table lacks."""
    return driver_table().native.get(".".join(map(str, numbers(cuda)[:2])))


def cuda_of_driver(driver: str) -> str | None:
    """The newest toolkit that came with this driver or an older one; None before CUDA 11.

    It is what the driver itself says as its CUDA version, for drivers of the table; a newer
    driver may support more.
    """
    fitting = [c for c, native in driver_table().native.items() if at_least(driver, native)]
    return max(fitting, key=numbers, default=None)


def newest_minor(major: int) -> str | None:
    """The newest toolkit of a major version that the table has."""
    known = [cuda for cuda in driver_table().native if major_of(cuda) == major]
    return max(known, key=numbers, default=None)


def lowest_capability(major: int) -> str | None:
    """The lowest compute capability that a CUDA major has code for; for a major that is newer
    than the table, that of its last one, which it cannot fall below; None for older ones."""
    lowest = capability_table().lowest
    known = max(map(int, lowest))
    return lowest.get(str(min(major, known)))


def newest_major_for(capability: str) -> int | None:
    """The newest CUDA major of the table with code for a GPU; None where there is none."""
    lowest = capability_table().lowest
    fitting = [int(m) for m, floor in lowest.items() if at_least(capability, floor)]
    return max(fitting, default=None)


def lowest_of_all() -> str:
    """The lowest compute capability that any CUDA of the table has code for."""
    return min(capability_table().lowest.values(), key=numbers)


def newest_known_major() -> int:
    """The newest CUDA major of the table."""
    return max(map(int, capability_table().lowest))


def glibc_for(major: int) -> str | None:
    """The glibc that builds for a CUDA major need, where that is more than what all need; of a
    major that is newer than the table, what its last one needs."""
    needs = capability_table().glibc
    fitting = [m for m in map(int, needs) if m <= major]
    return needs[str(max(fitting))] if fitting else None
