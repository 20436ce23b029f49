"""Two servers and the command line on one store, for a few random steps."""

from __future__ import annotations

from tests.chaos.walk import Walk
from tests.chaos.world import World

_STEPS = 8


def test_what_all_three_say_is_what_they_did(world: World) -> None:
    with Walk(world) as walk:
        steps = [walk.step() for _ in range(_STEPS)]

    assert [step for step in steps if step.violations] == []
