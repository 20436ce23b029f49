"""Give findings their fixes. One that would put right an error is tried before it is offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from jupyter_envs.spec.diagnostics import Diagnostic, Findings, Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.lists import NotEditableError
from jupyter_envs.spec.machine import GpuMachine
from jupyter_envs.spec.splice import change_text
from jupyter_envs.spec.tree import Node

from . import cuda, keys, moves, packages, pip, syntax
from .context import Context

_TABLE: dict[str, Callable[[Found, Context], Repair | None]] = {
    **cuda.TABLE,
    **keys.TABLE,
    **moves.TABLE,
    **packages.TABLE,
    **pip.TABLE,
}

# Trying a fix reads the whole text again; so many characters may be read for all of a file's.
_MAX_TRIED = 100_000

# Warnings whose fix may make something count that was ignored, such as a key of the same name.
_TRIED = frozenset((
    "channels_empty", "name_empty", "platforms_empty", "unknown_key_similar", "variables_empty",
))  # fmt: skip

Reader = Callable[[str], tuple[Diagnostic, ...]]


def with_fixes(
    findings: Findings, root: Node | None, read: Reader, machine: GpuMachine | None = None
) -> tuple[Diagnostic, ...]:
    """The diagnostics of a text, in its order, with fixes, for ``machine`` where it is known.

    ``root`` is its tree, None for a text that has none. ``read`` says what would be found in
    another text.
    """
    context = None if root is None else Context(findings.lines, root, machine)
    tries = _MAX_TRIED // (len(findings.lines.text) + 1)
    before = findings.in_order()

    def repair(found: Found) -> Repair | None:
        nonlocal tries
        made = _repair(found, context, findings)
        tried = found.diagnostic.severity == "error" or found.diagnostic.code in _TRIED
        if made is None or not tried:
            return made
        tries -= 1
        return made if tries >= 0 and _helps(made, found) else None

    def _helps(made: Repair, found: Found) -> bool:
        try:
            after = read(change_text(findings.lines.text, made.changes))
        except ValueError:
            return False
        if context is None:  # what is below a mistake in the YAML has not been seen
            return not any(_still(found.diagnostic, d) for d in after)
        code = found.diagnostic.code
        fewer = _count(after, code) < _count(before, code)
        return fewer and _errors(after) <= _errors(before)

    return findings.with_fixes(repair)


def _count(diagnostics: tuple[Diagnostic, ...], code: str) -> int:
    return sum(d.code == code for d in diagnostics)


def _errors(diagnostics: tuple[Diagnostic, ...]) -> Counter[str]:
    return Counter(d.code for d in diagnostics if d.severity == "error")


def _still(before: Diagnostic, after: Diagnostic) -> bool:
    return after.code == before.code and after.start.line <= before.start.line


def _repair(found: Found, context: Context | None, findings: Findings) -> Repair | None:
    code = found.diagnostic.code
    if code == "encoding_utf16":
        return Repair("save_as_utf8")
    try:
        if context is None:
            make = syntax.TABLE.get(code)
            return make(found, findings.lines) if make else None
        repair = _TABLE.get(code)
        return repair(found, context) if repair else None
    except NotEditableError:
        return None
