"""Which process is meant, across restarts and hosts: host, boot id, pid and start time."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import msgspec


class ProcessIdentity(msgspec.Struct, frozen=True):
    """Names one process for good: a pid alone is reused.

    ``start_time`` is in clock ticks since boot where the system tells (Linux), else in
    hundredths of a second since the epoch.
    """

    host: str
    boot_id: str
    pid: int
    start_time: int


def this_process() -> ProcessIdentity:
    """The identity of the calling process."""
    return process_identity(os.getpid())


def process_identity(pid: int) -> ProcessIdentity:
    """The identity of a process of this host that still runs or was not yet waited for."""
    return ProcessIdentity(host_name(), boot_id(), pid, start_time(pid) or 0)


def host_name() -> str:
    """This host's name, as the start shim sees it too."""
    return os.uname().nodename


@cache
def boot_id() -> str:
    """Changes with each boot, so that a pid from before a reboot is known to be dead."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import psutil  # only here and below: Linux does without, and it takes time to load

        return str(int(psutil.boot_time()))


def start_time(pid: int) -> int | None:
    """When the process started; None where there is no such process."""
    if _has_proc():
        fields = _stat(pid)
        return int(fields[19]) if fields else None
    import psutil

    try:
        return int(psutil.Process(pid).create_time() * 100)
    except psutil.Error:
        return None


@cache
def _has_proc() -> bool:
    return Path("/proc/self/stat").exists()


def _stat(pid: int) -> list[str]:
    """The fields of ``/proc/<pid>/stat`` from the state on; empty where there is no process."""
    try:
        file = os.open(f"/proc/{pid}/stat", os.O_RDONLY)  # for each lease of a list: no Path
    except OSError:
        return []
    try:
        # The command name in field 2 may hold spaces and parentheses: count after the last one.
        return os.read(file, 4096).rpartition(b")")[2].decode().split()
    except OSError:  # it has ended
        return []
    finally:
        os.close(file)


def is_alive(identity: ProcessIdentity) -> bool | None:
    """Whether the process still runs; None when it is another host's, so not to be known."""
    if identity.host != host_name():
        return None
    if identity.boot_id != boot_id():
        return False
    if _has_proc():
        fields = _stat(identity.pid)
        return bool(fields) and fields[0] != "Z" and int(fields[19]) == identity.start_time
    return start_time(identity.pid) == identity.start_time and not _is_zombie(identity.pid)


def _is_zombie(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
