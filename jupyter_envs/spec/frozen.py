"""The channel of PyTorch's own builds, on which 2.5 was the last release."""

from __future__ import annotations

import re

#: The prefix that sends a dependency to the channel.
FROZEN_CHANNEL = re.compile(
    r"(?:https?://conda\.anaconda\.org/)?pytorch(?:/[a-z0-9-]+)?::", re.IGNORECASE
)
_CHANNEL = re.compile(r"(?:https?://conda\.anaconda\.org/)?pytorch/?", re.IGNORECASE)


def is_frozen_channel(channel: str | None) -> bool:
    """Whether a channel is that of PyTorch's own builds."""
    return channel is not None and _CHANNEL.fullmatch(channel) is not None
