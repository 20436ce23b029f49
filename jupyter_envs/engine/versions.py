"""Which tools made an environment."""

from __future__ import annotations

from importlib.metadata import version


def engine_versions() -> dict[str, str]:
    """Versions of the tools this room drives, by their distribution's name."""
    return {name: version(name) for name in ("py-rattler", "uv")}
