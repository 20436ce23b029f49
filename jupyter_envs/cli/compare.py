"""The verb that says why results changed: diff."""

from __future__ import annotations

import click

from jupyter_envs.operations import Difference, DiffPackage, absorb_starts, difference, resolve

from .options import GlobalOptions, json_option
from .output import escape, out, print_json


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@json_option
@click.pass_obj
def diff(options: GlobalOptions, a: str, b: str) -> None:
    """Show what is different from A to B: packages, versions, builds, channels, and the file.

    Each is an environment, a generation (NAME@3), an environment at a time
    (NAME@2026-11-18T15:00), a lock file, or a lock digest.
    """
    settings = options.settings()
    absorb_starts(settings)
    found = difference(resolve(a, settings), resolve(b, settings))
    if options.as_json:
        print_json(found)
        return
    for one in found.added:
        out.print(f"[green]+[/] {_package(one)}")
    for one in found.removed:
        out.print(f"[red]-[/] {_package(one)}")
    for change in found.changed:
        out.print(f"[yellow]~[/] {_package(change.before)} -> {_rest(change.before, change.after)}")
    for line in found.spec or ():
        out.print(line, markup=False)
    out.print(_summary(found), markup=False)


def _package(one: DiffPackage) -> str:
    pip = " (pip)" if one.manager == "pip" else ""
    return escape(f"{one.name} {one.version} {one.build}".strip() + pip)


def _rest(before: DiffPackage, after: DiffPackage) -> str:
    moved = f" from {after.channel}" if after.channel != before.channel else ""
    return escape(f"{after.version} {after.build}".strip() + moved)


def _summary(found: Difference) -> str:
    count = len(found.added) + len(found.removed) + len(found.changed)
    if not count:
        return f"The packages are the same: all {found.kept}."
    return f"{count} package(s) differ for {found.platform}, {found.kept} are the same."
