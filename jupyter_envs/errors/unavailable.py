"""Something outside this program failed; trying again later may help."""

from __future__ import annotations

from .base import EnvsError


class Unavailable(EnvsError):
    """Something outside this program failed; trying again later may help."""

    status = 502
    code = "unavailable"
    sentence = "{reason}"


class ChannelUnavailable(Unavailable):
    """A channel does not answer, or not with package data."""

    code = "channel_unavailable"
    sentence = "The channel {channel} could not be read: {reason}"
    advice = "Check the network, the proxy and the channel's spelling; --offline uses the cache."


class ChannelDenied(Unavailable):
    """A channel asks for credentials that we do not have."""

    code = "channel_denied"
    sentence = "The channel {channel} refused access ({reason})"
    advice = "Log in to the channel, or put its token where conda looks for it."


class DownloadFailed(Unavailable):
    """A package could not be downloaded."""

    code = "download_failed"
    sentence = "{package} could not be downloaded: {reason}"
    advice = "Try again; what was already downloaded is kept."


class SolveTimeout(Unavailable):
    """The solver found no answer within the limit."""

    status = 504
    code = "solve_timeout"
    sentence = "The solver found no answer within {seconds} seconds"
    advice = "Pin the main packages (python, those with many versions), or raise --solve-timeout."


class NoSpace(Unavailable):
    """The disk (or quota) is full, or would be."""

    status = 507
    code = "no_space"
    sentence = "There is not enough disk space in {path}: {reason}"
    advice = (
        "What was there before is as it was; free some space or remove environments that are no"
        " longer needed, then do the same again."
    )


class DiskFailed(Unavailable):
    """The disk, or the server it is on, gave an error in the middle of the work."""

    status = 503
    code = "disk_failed"
    sentence = "The disk of {path} does not work as it should: {reason}"
    advice = (
        "What was there before is as it was; do the same again, and if it stays, tell who looks"
        " after this machine."
    )
