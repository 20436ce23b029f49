"""Stopping a package that unpacks to far more than any honest one, before it fills the disk.

How large an archive is inside is only known once it is unpacked, and py-rattler cannot be told to
stop. So the free space is looked at meanwhile. Where it is nearly gone, and far more of it than
the archives explain, no file of this process may grow any more (``RLIMIT_FSIZE`` of
setrlimit(2)); then unpacking fails, and py-rattler deletes what there was of it.
"""

from __future__ import annotations

import resource
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .beside import beside

_SECONDS = 0.05
_MB = 1024 * 1024
#: With less than this free, it is looked at what was used.
RESERVE_BYTES = 512 * _MB
#: Installed size over archive size is about 4, and rarely 20; small packages need some ground.
_MOST_EXPANSION = 25
_GROUND_BYTES = 64 * _MB
#: Enough for the journal to go on.
_LARGEST_FILE_BYTES = _MB


class SpaceWatch:
    """Watches the folder that packages are unpacked in; ``stopped`` tells whether it had to stop.

    ``archives`` is how many bytes are still to be downloaded.
    """

    def __init__(self, folder: Path, archives: int) -> None:
        self._folder = folder
        self._most = _GROUND_BYTES + archives * _MOST_EXPANSION
        self.stopped = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch until the block ends."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            with beside(self._watch):
                yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    def _watch(self, done: threading.Event) -> None:
        first = shutil.disk_usage(self._folder).free
        while not done.wait(_SECONDS):
            free = shutil.disk_usage(self._folder).free
            if free < min(RESERVE_BYTES, first) and first - free > self._most:
                self.stopped = True
                hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
                # CPython ignores the signal that goes with it; what writes gets an error.
                resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE_BYTES, hard))
                return
