"""How much memory the machine has, as its kernel tells."""

from __future__ import annotations

from pathlib import Path

_PROC = Path("/proc")


def machine_memory(proc: Path = _PROC) -> tuple[int | None, int | None]:
    """Bytes of the machine's memory: all of it, and what a program could still get."""
    found: dict[str, int] = {}
    try:
        for line in (proc / "meminfo").read_text().splitlines():
            key, _, rest = line.partition(":")
            words = rest.split()
            if key in ("MemTotal", "MemAvailable") and words and words[0].isdigit():
                found[key] = int(words[0]) * 1024
    except OSError:
        return None, None
    return found.get("MemTotal"), found.get("MemAvailable")
