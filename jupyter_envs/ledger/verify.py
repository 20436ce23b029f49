"""Whether the chains hold: what was changed, removed or cut off, the newest line included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from .chain import hosts, line_hash, month_files, parse_line
from .head import GENESIS, Head, head_file, read_head


class Fault(msgspec.Struct, frozen=True):
    """A place where the record does not hold. ``line`` counts from 1; 0 is the whole file."""

    file: str
    line: int
    reason: str
    code: str


_REASONS = {
    "torn": "not a complete line",
    "broken": "the line before it was changed or removed",
    "newest_changed": "the newest line was changed",
    "newest_missing": "the newest line(s) are missing",
    "chain_missing": "all lines of this machine are missing",
    "head_missing": "there is no record of how far this machine's lines go",
}


#: A complete line: its file, its number and its hash.
_Line = tuple[Path, int, str]


def _fault(code: str, file: Path, line: int) -> Fault:
    return Fault(str(file), line, _REASONS[code], code)


def verify_chains(root: Path) -> list[Fault]:
    """Every fault of every host's chain."""
    return [fault for host in hosts(root) for fault in _verify(root, host)]


def _verify(root: Path, host: str) -> Iterator[Fault]:
    # The head first: a line that is written meanwhile is one after it, which is no fault.
    head = read_head(root, host)
    chain: list[_Line] = []
    ends = 0  # how many of them at the end are one unbroken run
    for path in month_files(root / host):
        for number, line in enumerate(_lines(path), start=1):
            entry = parse_line(line)
            if entry is None:
                yield _fault("torn", path, number)
                continue
            if entry["prev"] != (chain[-1][2] if chain else GENESIS):
                yield _fault("broken", path, number)
                ends = 0
            chain.append((path, number, line_hash(line)))
            ends += 1
    if head is None:
        if chain:
            yield _fault("head_missing", head_file(root, host), 0)
        return
    yield from _end(head, chain, ends, root / host)


def _lines(path: Path) -> list[bytes]:
    lines = path.read_bytes().split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def _end(
    head: Head, chain: list[tuple[Path, int, str]], ends: int, folder: Path
) -> Iterator[Fault]:
    """The newest line against the head, which may be behind it by an unbroken run of lines."""
    if not chain:
        if head.count:
            yield _fault("chain_missing", folder, 0)
        return
    if head.hash in {digest for _, _, digest in chain[-ends:]}:
        return
    path, number, _ = chain[-1]
    yield _fault("newest_missing" if len(chain) < head.count else "newest_changed", path, number)
