"""``python -m tests.support.channel [second]``: the URL of the channel, built when needed."""

from __future__ import annotations

import sys

from tests.support.channel import ChannelUnavailableHere, local_channel, second_channel


def main(arguments: list[str]) -> int:
    """Print the URL of the channel as the last line; progress goes to stderr."""
    choose = second_channel if arguments == ["second"] else local_channel
    try:
        channel = choose(lambda text: print(text, file=sys.stderr, flush=True))
    except ChannelUnavailableHere as error:
        print(f"There is no local channel on this machine: {error}", file=sys.stderr)
        return 1
    print(channel.url)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
