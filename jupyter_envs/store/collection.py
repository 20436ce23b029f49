"""Garbage collection: generations that nobody needs any more."""

from __future__ import annotations

import time

from .adopted import ADOPTED
from .environments import complete_generations, current_generation
from .generations import discard_generation
from .layout import GenerationFiles, Store
from .leases import leased_generations

#: Somebody may be about to start a kernel from a generation that was current a moment ago.
YOUNG_SECONDS = 3600.0


def collectable(store: Store, slug: str, *, keep: int, young: float = YOUNG_SECONDS) -> list[int]:
    """Generations that may go: neither current, nor among the newest ``keep`` besides it, nor
    in use anywhere, nor adopted, nor finished less than ``young`` seconds ago."""
    current = current_generation(store, slug)
    leased = leased_generations(store, slug)
    others = [n for n in complete_generations(store, slug) if n not in (current, ADOPTED)]
    old = others[: max(0, len(others) - keep)]
    return [n for n in old if n not in leased and _age(store, slug, n) >= young]


def collect(store: Store, slug: str, *, keep: int, young: float = YOUNG_SECONDS) -> list[int]:
    """Remove what is collectable; the environment's lock must be held. Returns the numbers."""
    numbers = collectable(store, slug, keep=keep, young=young)
    for number in numbers:
        discard_generation(store, slug, number)
    return numbers


def _age(store: Store, slug: str, number: int) -> float:
    try:
        made = GenerationFiles(store.generation(slug, number)).info.stat().st_mtime
    except OSError:
        return 0.0
    return time.time() - made
