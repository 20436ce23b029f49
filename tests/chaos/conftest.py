"""A machine that may be ruined, for a module's tests."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.countdown import build_countdown
from tests.chaos.moments import Killer
from tests.chaos.world import World
from tests.support.nvml import compiler


@pytest.fixture(scope="session")
def seed() -> int:
    """``CHAOS_SEED`` repeats a run; pytest shows what was printed of one that failed."""
    chosen = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"CHAOS_SEED={chosen}")
    return chosen


@pytest.fixture(scope="session")
def countdown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that ends a process after a change of the disk."""
    if compiler() is None:
        pytest.skip("needs a C compiler")
    return build_countdown(tmp_path_factory.mktemp("countdown"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, countdown: Path, seed: int) -> Iterator[World]:
    """A person whom things happen to."""
    made = World(tmp_path_factory.mktemp("world"), library=countdown, seed=seed)
    yield made
    made.close()


@pytest.fixture(scope="module")
def killer(world: World) -> Killer:
    """Who does them."""
    return Killer(world)
