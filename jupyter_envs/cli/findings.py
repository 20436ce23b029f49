"""Findings in files for people: the line, a mark below the place, and what puts it right."""

from __future__ import annotations

import re

import msgspec

from jupyter_envs.spec import Diagnostic, without_credentials

from .output import escape, out

_COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_MAX_LINE = 160
_BREAK = re.compile(r"\r\n|\r|\n")


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it is now: its text, what is found in it, and what was put right before."""

    file: str
    text: str
    valid: bool
    found: tuple[Diagnostic, ...]
    fixed: tuple[Diagnostic, ...] = ()


def print_findings(checked: list[Checked]) -> None:
    """Everything that was found and fixed, with a last line that counts it."""
    for one in checked:
        for diagnostic in one.fixed:
            title = diagnostic.fix.title if diagnostic.fix else diagnostic.code
            out.print(f"{escape(one.file)}: [green]fixed[/] {diagnostic.code}: {escape(title)}")
        lines = _BREAK.split(one.text)
        for diagnostic in one.found:
            _print_one(one.file, lines, diagnostic)
    out.print(_summary(checked), markup=False)


def _print_one(file: str, lines: list[str], diagnostic: Diagnostic) -> None:
    start, colour = diagnostic.start, _COLOURS[diagnostic.severity]
    out.print(
        f"{escape(file)}:{start.line}:{start.column}: "
        f"[{colour}]{diagnostic.severity}[/] {diagnostic.code}: {escape(diagnostic.message)}"
    )
    for text in _quote(lines, diagnostic):
        out.print(text, markup=False)
    fix = diagnostic.fix
    if fix is not None:
        option = "--fix" if fix.safe else "--fix-all"
        out.print(f"  [bold cyan]fix available[/] {escape(fix.title)} ({option})")


def _quote(lines: list[str], diagnostic: Diagnostic) -> list[str]:
    """The line and carets below the place; the line alone where a login was taken out of it."""
    start, end = diagnostic.start, diagnostic.end
    written = lines[start.line - 1] if start.line <= len(lines) else ""
    line = written.replace("\t", " ")
    if not line.strip() or len(line) > _MAX_LINE:
        return []
    number = f"{start.line:>5}"
    shown = "".join(c if c.isprintable() else "?" for c in without_credentials(line))
    quoted = [f"{number} | {shown}"]
    if without_credentials(line) == line:
        last = end.column if end.line == start.line else len(line) + 1
        from rich.cells import cell_len

        before = cell_len(shown[: start.column - 1])
        width = max(cell_len(shown[start.column - 1 : last - 1]), 1)
        quoted.append(f"{'':5} | {' ' * before}{'^' * width}")
    return quoted


def _summary(checked: list[Checked]) -> str:
    found = [d for one in checked for d in one.found]
    counts = [
        f"{count} {severity}{'s' if count > 1 else ''}"
        for severity in ("error", "warning", "note")
        if (count := sum(d.severity == severity for d in found))
    ]
    files = f"{len(checked)} files" if len(checked) > 1 else checked[0].file
    text = f"{', '.join(counts) or 'Nothing found'} in {files}."
    fixed = sum(len(one.fixed) for one in checked)
    text += f" {fixed} fixed." if fixed else ""
    for option, safe in (("--fix", True), ("--fix-all", False)):
        if count := sum(d.fix is not None and d.fix.safe is safe for d in found):
            text += f" {count} can be fixed with {option}."
    return text
