"""Readers of a driver that is as the test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nvml import Driver, Reader


@pytest.fixture
def driver(nvml_library: Path, tmp_path: Path) -> Driver:
    """A driver with two GPUs; ``say`` makes it another one."""
    return Driver(nvml_library, tmp_path)


@pytest.fixture
def reader(driver: Driver) -> Iterator[Reader]:
    """Reads it, in a process of its own."""
    with Reader(driver.environ) as made:
        yield made
