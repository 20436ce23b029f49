"""An end to waiting for a server that falls silent: py-rattler knows none.

Tried with py-rattler 0.28: the one timeout that it takes counts a whole download, however big
that is; without it, a connection on which nothing comes any more is waited for for ever. So,
while py-rattler works, the connections of this process are looked at from outside, and one that
was silent for as long as conda's settings allow is shut. What waited for it then fails by
itself: it tries again as often as it may, clears up, and says that the connection ended.

Linux tells how long a connection was silent (``TCP_INFO`` of tcp(7)); elsewhere nothing is done.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .beside import beside

_SOCKETS = Path("/proc/self/fd")
_LOOKS_PER_LIMIT = 20
_MOST_SECONDS = 1.0
# linux/tcp.h: eight bytes, of which the first is the state, then numbers of four bytes; the
# tenth and twelfth of them say how many milliseconds ago something was sent and received.
_INFO_BYTES = 8 + 13 * 4
_SENT, _RECEIVED = 9, 11
_ESTABLISHED, _CALLING = 1, 2


class Patience:
    """How long servers may be silent, in seconds: when called, and when they have answered.

    ``lost`` is for how long the last connection that was given up had been silent, None as long
    as there was none. Connections that are open when this is made are nobody's business here.
    """

    def __init__(self, connect: float, read: float) -> None:
        self._connect = connect
        self._read = read
        self._foreign = {name for _, name in _open_sockets()}
        self._called: dict[str, float] = {}
        self.lost: float | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Shut what falls silent until the block ends."""
        if not _SOCKETS.is_dir():
            yield
            return
        with beside(self._watch):
            yield

    def _watch(self, done: threading.Event) -> None:
        pause = min(_MOST_SECONDS, min(self._connect, self._read) / _LOOKS_PER_LIMIT)
        while not done.wait(pause):
            for number, name in _open_sockets():
                if name not in self._foreign:
                    self._look(number, name)

    def _look(self, number: int, name: str) -> None:
        try:
            with socket.socket(fileno=os.dup(number)) as connection:
                if connection.type != socket.SOCK_STREAM or connection.family == socket.AF_UNIX:
                    return
                limit = self._limit(connection, name)
                if limit is not None:
                    # Before the other side of it fails, which asks for the reason.
                    self.lost = limit
                    connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was closed in between

    def _limit(self, connection: socket.socket, name: str) -> float | None:
        """The limit that this connection is past, if it is."""
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        state, numbers = info[0], struct.unpack_from("13I", info, 8)
        if state == _CALLING:
            since = self._called.setdefault(name, time.monotonic())
            return self._connect if time.monotonic() - since > self._connect else None
        silent = min(numbers[_SENT], numbers[_RECEIVED]) / 1000
        return self._read if state == _ESTABLISHED and silent > self._read else None


def _open_sockets() -> list[tuple[int, str]]:
    """Number and name of each socket of this process; a name is never used twice."""
    found = []
    for entry in os.listdir(_SOCKETS) if _SOCKETS.is_dir() else ():
        try:
            target = os.readlink(_SOCKETS / entry)
        except OSError:
            continue
        if target.startswith("socket:"):
            found.append((int(entry), target))
    return found
