"""Write the index of a channel; run as a program, for rattler may not end a process cleanly."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from rattler.index import index_fs


def main(channels: list[Path]) -> None:
    """Index each channel: ``repodata.json``, the same as zstd, and shards."""
    for channel in channels:
        # A channel without this subdir is an error for its readers.
        (channel / "noarch").mkdir(exist_ok=True)
        asyncio.run(index_fs(channel, write_zst=True, write_shards=True))


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
    sys.stdout.flush()
    # py-rattler's threads can abort an interpreter that ends in the ordinary way.
    os._exit(0)
