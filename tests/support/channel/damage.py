"""Copies of a channel in which one package is not what the index says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.support.channel.build import LocalChannel


def with_damaged_package(channel: LocalChannel, name: str, tmp_path: Path) -> LocalChannel:
    """Copy ``channel`` below ``tmp_path`` and flip bytes within all archives of package ``name``.

    As after a bad transfer: the archives cannot be unpacked. Sizes and index stay as they are.
    Raises ValueError when there is no such package.
    """
    return _copy(channel, name, tmp_path / "damaged", _flip_content)


def with_replaced_package(channel: LocalChannel, name: str, tmp_path: Path) -> LocalChannel:
    """The same with archives that unpack without complaint: only their hash tells.

    Raises ValueError when there is no such package.
    """
    return _copy(channel, name, tmp_path / "replaced", _flip_date)


def _copy(
    channel: LocalChannel, name: str, folder: Path, change: Callable[[bytearray], None]
) -> LocalChannel:
    if not channel.archives(name):
        raise ValueError(f"{channel.path} has no package {name}")
    copy = LocalChannel(folder, channel.python_minors)
    shutil.copytree(channel.path, copy.path, copy_function=_link_or_copy)
    for archive in copy.archives(name):
        data = bytearray(archive.read_bytes())
        change(data)
        # A new file: writing into the old one would reach the original through the hard link.
        archive.unlink()
        archive.write_bytes(data)
    return copy


def _flip_content(data: bytearray) -> None:
    middle = slice(len(data) // 2, len(data) // 2 + 16)
    data[middle] = bytes(byte ^ 0xFF for byte in data[middle])


def _flip_date(data: bytearray) -> None:
    # Byte 10 of a zip file is part of its first member's time, which no reader of .conda uses.
    data[10] ^= 0x01


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
