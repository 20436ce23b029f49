"""The channel that a dependency names itself: ``channel::package``."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_envs.spec import split_dependency

from .redaction import split_url, strip_url


def clean_dependency(text: str) -> str:
    """A dependency as it is kept and shown: without the login of its channel's URL."""
    channel, separator, rest = text.rpartition("::")
    if "://" not in channel:
        return strip_url(text)
    return f"{split_url(channel)[0]}{separator}{rest}"


def named_channels(dependencies: Sequence[str]) -> tuple[str, ...]:
    """The channels that ``dependencies`` name, as they are written, each once.

    Raises MatchSpecInvalid.
    """
    named = (split_dependency(text).channel for text in dependencies)
    return tuple(dict.fromkeys(channel for channel in named if channel))
