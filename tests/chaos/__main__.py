"""The long run: ``python -m tests.chaos [--moments 240] [--steps 150] [--seed N] [--output FILE]``.

Ends with 1 where anything was violated. What it did and in which order follows from the seed;
kills at a time, not after a change, fall where the machine's speed lets them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from tests.chaos.countdown import build_countdown
from tests.chaos.moments import Killer, Moment, attempt
from tests.chaos.servers import SERVED, ServerKiller
from tests.chaos.summary import summary
from tests.chaos.verbs import VERBS
from tests.chaos.walk import Step, Walk
from tests.chaos.world import World
from tests.support.channel.cache import REPOSITORY

#: Of so many moments one is a server's: it takes several times as long as a worker's.
_SERVERS_SHARE = 8


def main() -> int:
    """Run, write, and say what was violated."""
    options = _options()
    began = time.monotonic()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-chaos-") as name:
        folder = Path(name)
        library = build_countdown(folder)
        killer, moments = _moments(folder / "moments", library, options)
        steps = _steps(folder / "walk", library, options)
        found = summary(
            options.seed, moments, killer.profiles, steps,
            seconds=time.monotonic() - began, folder=folder,
        )  # fmt: skip
    options.output.write_text(json.dumps({"runs": [found]}, indent=1) + "\n", "utf-8")
    violations = found["violations"]
    print(f"{found['moments']['killed']} kills, {len(steps)} steps, {len(violations)} violations")
    return 1 if violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--moments", type=int, default=240, help="kills to try")
    parser.add_argument("--steps", type=int, default=150, help="steps of two servers and a command")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    default = REPOSITORY / "benchmarks" / "results" / "chaos.json"
    parser.add_argument("--output", type=Path, default=default, help="takes the summary")
    return parser.parse_args()


def _moments(
    folder: Path, library: Path, options: argparse.Namespace
) -> tuple[Killer, list[Moment]]:
    world = World(folder, library=library, seed=options.seed)
    killer, moments = Killer(world), []
    served = options.moments // _SERVERS_SHARE
    try:
        for name in islice(cycle(VERBS), options.moments - served):
            moments.append(attempt(killer, name))
            _show(len(moments), options.moments, moments[-1])
        if served:
            with ServerKiller(killer) as servers:
                for name in islice(cycle(SERVED), served):
                    moments.append(attempt(servers, name))
                    _show(len(moments), options.moments, moments[-1])
    finally:
        world.close()
    return killer, moments


def _steps(folder: Path, library: Path, options: argparse.Namespace) -> list[Step]:
    if not options.steps:
        return []
    world = World(folder, library=library, seed=options.seed)
    steps: list[Step] = []
    try:
        with Walk(world) as walk:
            while len(steps) < options.steps:
                step = walk.step()
                steps.append(step)
                told = f"{step.verb} {step.environment} by the {step.by}: {step.fate}"
                print(f"{len(steps)}/{options.steps} {told} -> {step.ended}", flush=True)
                _complain(step.violations)
    finally:
        world.close()
    return steps


def _show(number: int, of: int, moment: Moment) -> None:
    place = f"{moment.trigger} {moment.at} of {moment.of}, {moment.phase} {moment.after}"
    told = f"{moment.verb}: {moment.victim} killed at {place}"
    print(f"{number}/{of} {told} -> {moment.closed}", flush=True)
    _complain(moment.violations)


def _complain(violations: list[str]) -> None:
    for violation in violations:
        print(f"  VIOLATED: {violation}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
