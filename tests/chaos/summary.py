"""What a long run came to, as JSON that says how to repeat it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.machine import facts
from tests.chaos.moments import Moment, Profile
from tests.chaos.walk import Step


def summary(
    seed: int,
    moments: list[Moment],
    profiles: dict[str, Profile],
    steps: list[Step],
    *,
    seconds: float,
    folder: Path,
) -> dict[str, Any]:
    """Counts, and each violation with what led to it. ``folder`` is where it happened."""
    killed = [one for one in moments if one.killed]
    return {
        "seed": seed,
        "seconds": round(seconds),
        "machine": facts(folder),
        "violations": [
            *(msgspec.to_builtins(one) for one in moments if one.violations),
            *(msgspec.to_builtins(one) for one in steps if one.violations),
        ],
        "moments": {
            "tried": len(moments),
            "killed": len(killed),
            "by_verb_and_victim": _by_verb(killed),
            "by_trigger": _counted(one.trigger for one in killed),
            "by_phase": _counted(one.phase for one in killed),
            "closed": _counted(one.closed for one in moments),
            "cleaning_command_killed_too": sum(one.again is not None for one in killed),
            "changes": {
                name: {"tried": _tried(killed, name), "of": len(profile.changes)}
                for name, profile in sorted(profiles.items())
            },
        },
        "walk": {
            "steps": len(steps),
            "by_verb": _counted(one.verb for one in steps),
            "by_whom": _counted(one.by for one in steps),
            "fates": _counted(one.fate for one in steps),
            "ended": _counted(one.ended for one in steps),
            "resumed": sum(one.resumed_by is not None for one in steps),
        },
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _by_verb(moments: list[Moment]) -> dict[str, dict[str, int]]:
    verbs = sorted({one.verb for one in moments})
    return {verb: _counted(one.victim for one in moments if one.verb == verb) for verb in verbs}


def _tried(moments: list[Moment], verb: str) -> int:
    """How many different changes of a verb it was killed after."""
    return len({one.at for one in moments if one.verb == verb and one.trigger == "change"})
