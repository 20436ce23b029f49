"""A real conda channel made from this machine's Pythons and wheels; no conda is needed.

``python -m tests.support.channel`` builds it and prints its URL.
"""

from tests.support.channel.build import LocalChannel, local_channel, second_channel
from tests.support.channel.unavailable import ChannelUnavailableHere

__all__ = ["ChannelUnavailableHere", "LocalChannel", "local_channel", "second_channel"]
