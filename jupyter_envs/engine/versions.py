"""Which tools made an environment."""

from __future__ import annotations


def engine_versions() -> dict[str, str]:
    """Versions of the tools this room drives, by their distribution's name."""
    from importlib.metadata import version  # here, since it loads a reader of mail

    return {name: version(name) for name in ("py-rattler", "uv")}
