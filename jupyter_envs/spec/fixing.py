"""Apply the fixes of an ``environment.yml``, again and again until nothing is left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from .diagnostics import Diagnostic
from .document import read_document
from .encoding import decode
from .machine import GpuMachine
from .parse import parse_spec
from .splice import TextEdit, apply_edits

# Each pass applies all fixes that do not touch each other, so a file needs few.
_MAX_PASSES = 200

# Of the fixes that put a line in somewhere this one alone brings nothing else with it.
_MOVES = "move_to_conda"


class FixedSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A file's bytes after its fixes, and the diagnostics that were put right, in that order."""

    data: bytes
    applied: tuple[Diagnostic, ...]


def fix_spec(data: bytes, *, unsafe: bool = False, machine: GpuMachine | None = None) -> FixedSpec:
    """Put right what can be put right; other bytes stay as they are.

    With ``unsafe`` also where that changes what is installed or who installs it. What cannot be
    decoded comes back as it is. No error is added that was not there. ``machine`` as for
    :func:`parse_spec`.
    """
    applied: list[Diagnostic] = []
    for _ in range(_MAX_PASSES):
        fixed, done = _pass(data, unsafe, machine)
        if fixed == data:
            break
        data = fixed
        applied += done
    return FixedSpec(data=data, applied=tuple(applied))


def _pass(data: bytes, unsafe: bool, machine: GpuMachine | None) -> tuple[bytes, list[Diagnostic]]:
    """As many fixes as can be applied together, else the first that does no harm."""
    fixable = [
        d for d in parse_spec(data, machine=machine).diagnostics if d.fix and (unsafe or d.fix.safe)
    ]
    whole = [d for d in fixable if d.code == "encoding_utf16"]
    if whole:
        return decode(data).text.encode("utf-8"), whole
    together = list(_apart(fixable))
    for group in (together, *([one] for one in together)) if together else ():
        fixed = apply_edits(data, _edits(group))
        if _is_better(data, fixed):
            return fixed, group
    return data, []


def _is_better(before: bytes, after: bytes) -> bool:
    if read_document(before)[0] is None:
        return True  # it was tried when it was offered, and nobody has seen what comes below it
    return _errors(after) <= _errors(before)


def _errors(data: bytes) -> Counter[str]:
    return Counter(d.code for d in parse_spec(data).diagnostics if d.severity == "error")


def _apart(fixable: list[Diagnostic]) -> Iterator[Diagnostic]:
    """The first fixes of which no two touch the same place."""
    taken: list[tuple[TextEdit, bool]] = []
    for found in fixable:
        moves = found.fix is not None and found.fix.code == _MOVES
        edits = _edits([found])
        if not any(
            _touch(one, other, together=moves and theirs)
            for one in edits
            for other, theirs in taken
        ):
            taken += ((edit, moves) for edit in edits)
            yield found


def _touch(one: TextEdit, other: TextEdit, *, together: bool) -> bool:
    """Whether two edits are about the same place. Lines that are put in there ``together`` come
    one after the other, and lines beside each other can both be taken out."""
    first, second = one.start == one.end, other.start == other.end
    if first and second:
        return one.start == other.start and not together
    if first or second:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def _edits(diagnostics: list[Diagnostic]) -> list[TextEdit]:
    return [edit for d in diagnostics if d.fix for edit in d.fix.edits]
