"""Why there is no channel on this machine."""

from __future__ import annotations


class ChannelUnavailableHere(Exception):
    """The local channel cannot be built here (no package index, platform); tests skip on it."""
