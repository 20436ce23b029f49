"""Adopting an environment that another tool made: what would come of it, a question, the deed."""

from __future__ import annotations

import sys

import click

from jupyter_envs.operations import (
    AdoptionPreview,
    Settings,
    adoption_preview,
    ask_adopt,
)

from .change import carry_out
from .options import GlobalOptions
from .output import out, print_json


def adopt_unmanaged(
    options: GlobalOptions, settings: Settings, name: str, *, dry_run: bool, yes: bool
) -> None:
    """Show what NAME would be, and make it that after a yes."""
    found = adoption_preview(settings, name)
    if dry_run:
        if options.as_json:
            print_json(found)
        else:
            _print(found)
        return
    if found.possible and not options.as_json:
        _print(found)
        if not yes and sys.stdin.isatty():
            click.confirm(f"Adopt {found.name}? Nothing of it is moved or changed.", abort=True)
    # What cannot be adopted is refused here, with the error's own code.
    result = carry_out(ask_adopt(settings, name, fingerprint=found.fingerprint), options)
    if not options.as_json:
        for text in result["kept"]:
            out.print(f"Kept as it was: {text}", markup=False)
        out.print(
            f"{result['name']} is adopted, where it is: {result['path']}\n"
            f"Kernel: {', '.join(result['kernels'])}",
            markup=False,
        )


def _print(found: AdoptionPreview) -> None:
    if found.problem:
        out.print(found.problem.message, markup=False)
        if found.problem.hint:
            out.print(found.problem.hint, markup=False)
        return
    out.print(f"{found.path} would have this environment.yml:", markup=False)
    for line in found.text.splitlines():
        out.print(f"  {line}", markup=False)
    out.print(f"{found.locked} of {found.packages} packages can be locked.", markup=False)
    for one in found.unlocked:
        more = "" if one.in_spec else "; the next generation will not have it"
        line = f"  not locked: {one.name} {one.version} ({one.reason}){more}"
        out.print(line, markup=False)
