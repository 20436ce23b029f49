"""What Linux tells of a process: where it comes from, what it was started with, what it has open.

Only of this user's own processes more than a number is read: what others run is not looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

#: The namespace of process ids that the machine itself has (``PROC_PID_INIT_INO``).
_OF_THE_MACHINE = "pid:[4026531836]"
#: Deeper than any shell in a shell; a bound, since what is read may change meanwhile.
_DEEPEST = 64
#: Whom a hub has started a server for; the server's kernels and their children inherit it.
_PERSON = "JUPYTERHUB_USER"
_DEVICE = re.compile(r"/dev/nvidia\d+")


class Process(msgspec.Struct, frozen=True):
    """One process. ``started`` is in clock ticks since boot: with it, a pid names a process for
    good. ``uid`` is who runs it."""

    pid: int
    parent: int
    started: int
    uid: int
    name: str


class Processes:
    """This machine's processes by ``/proc``; ``uid`` is who asks, and ``person`` who that is to
    a hub, which may run the servers of many people under one account."""

    def __init__(
        self,
        proc: Path = Path("/proc"),
        *,
        uid: int | None = None,
        person: str | None = None,
        private: bool | None = None,
    ) -> None:
        self._proc = proc
        self._person = os.environ.get(_PERSON, "") if person is None else person
        self.uid = os.getuid() if uid is None else uid
        self._private = private

    @property
    def is_private(self) -> bool:
        """Whether ids here may be others than those of the machine, as in a container. A driver
        tells the machine's."""
        if self._private is None:
            try:
                self._private = os.readlink(self._proc / "self/ns/pid") != _OF_THE_MACHINE
            except OSError:
                self._private = False
        return self._private

    def find(self, pid: int) -> Process | None:
        """A process; None where there is none, or where it is hidden."""
        folder = self._proc / str(pid)
        try:
            uid = folder.stat().st_uid
            text = (folder / "stat").read_text("utf-8", "replace")
        except OSError:
            return None
        # The name may hold anything, so fields are counted from behind its last parenthesis.
        head, _, tail = text.rpartition(")")
        fields = tail.split()
        if len(fields) < 20 or fields[0] == "Z":
            return None
        name = head.partition("(")[2]
        return Process(pid, int(fields[1]), int(fields[19]), uid, _printable(name))

    def is_hidden(self, pid: int) -> bool:
        """Whether there is such a process that ``/proc`` does not show, so another user's."""
        if pid <= 0:
            return False
        try:
            os.kill(pid, 0)  # asks, and sends nothing
        except PermissionError:
            return True
        except (OSError, OverflowError):
            return False
        return False

    def is_own(self, process: Process) -> bool:
        """Whether it is run by who asks."""
        if process.uid != self.uid:
            return False
        theirs = self.environ(process.pid).get(_PERSON) if self._person else None
        return theirs is None or theirs == self._person

    def line(self, process: Process) -> Iterator[Process]:
        """The process, its parent, and so on. A parent that is younger than its child is another
        process by now, of the same id, and ends it."""
        for _ in range(_DEEPEST):
            yield process
            parent = self.find(process.parent) if process.parent > 0 else None
            if parent is None or parent.started > process.started:
                return
            process = parent

    def environ(self, pid: int) -> dict[str, str]:
        """What it was started with; empty where that is not for this user to see."""
        pairs = (item.partition("=") for item in self._parts(pid, "environ"))
        return {name: value for name, found, value in pairs if found}

    def arguments(self, pid: int) -> list[str]:
        """Its command line."""
        return self._parts(pid, "cmdline")

    def executable(self, pid: int) -> str | None:
        """The file that it runs, without symlinks."""
        try:
            path = os.readlink(os.fsencode(self._proc / str(pid) / "exe"))
        except OSError:
            return None
        return path.decode("utf-8", "replace")

    def with_gpu_open(self) -> list[Process]:
        """Processes of this user that have a GPU's device file open. It takes a millisecond for
        ten processes."""
        found = []
        for name in os.listdir(self._proc):
            if name.isdigit() and self._has_gpu_open(name):
                process = self.find(int(name))
                if process is not None and self.is_own(process):
                    found.append(process)
        return found

    def _has_gpu_open(self, name: str) -> bool:
        folder = self._proc / name / "fd"
        try:
            numbers = os.listdir(folder)
        except OSError:
            return False
        for number in numbers:
            try:
                if _DEVICE.fullmatch(os.readlink(folder / number)):
                    return True
            except OSError:
                continue
        return False

    def _parts(self, pid: int, name: str) -> list[str]:
        try:
            data = (self._proc / str(pid) / name).read_bytes()
        except OSError:
            return []
        return [part.decode("utf-8", "replace") for part in data.split(b"\0") if part]


def _printable(name: str) -> str:
    """A process names itself, and a terminal would obey what is not printable."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)
