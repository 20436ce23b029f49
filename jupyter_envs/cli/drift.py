"""Verbs about what was changed in an environment: drift, adopt, repair, keep."""

from __future__ import annotations

import sys
from typing import Any

import click

from jupyter_envs.operations import (
    DriftReport,
    Settings,
    VerdictView,
    ask_adopt,
    ask_repair,
    drift_report,
    find_for_adoption,
    report_of,
)
from jupyter_envs.operations import (
    keep as keep_drift,
)
from jupyter_envs.store import Store, get_managed, list_environments

from .adopt import adopt_unmanaged
from .change import carry_out
from .options import (
    GlobalOptions,
    install_options,
    json_option,
    name_argument,
    names_that_begin,
    solve_options,
    yes_option,
)
from .output import escape, moment, out, print_json

_LEVEL = click.Choice(["identity", "content"])
_MOST_FILES = 5

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would be done; do nothing."
)


@click.command()
@click.argument("name", required=False, shell_complete=names_that_begin)
@click.option(
    "--level",
    type=_LEVEL,
    default="identity",
    show_default=True,
    help="What to compare: the packages, or every file of them too.",
)
@json_option
@click.pass_obj
def drift(options: GlobalOptions, name: str | None, level: Any) -> None:
    """Show what was changed in NAME since it was made, or in all environments.

    Ends with 1 where something was changed that nobody has decided to keep.
    """
    settings = options.reconciled()
    reports = [drift_report(settings, one, level) for one in _names(settings, name)]
    if options.as_json:
        print_json(reports[0] if name is not None else {"environments": reports})
    else:
        for report in reports:
            _print(report)
    sys.exit(1 if any(one.state in ("drifted", "unknown") for one in reports) else 0)


def _names(settings: Settings, name: str | None) -> list[str]:
    if name is not None:
        return [name]
    return [e.slug for e in list_environments(Store(settings.envs_dir)) if e.managed]


_STATES = {
    "clean": "[green]clean[/]",
    "drifted": "[yellow]changed[/]",
    "kept": "changed, kept as it is",
    "unknown": "[red]cannot be told[/]: its lock cannot be read",
}


def _print(report: DriftReport) -> None:
    checked = f" ({report.level}, {moment(report.checked_at)})" if report.level else ""
    out.print(f"{escape(report.name)}: {_STATES[report.state]}{checked}")
    for one in report.verdicts:
        out.print(f"  {'kept: ' if one.kept else ''}{one.message}", markup=False)
        _print_files(one)


def _print_files(verdict: VerdictView) -> None:
    if verdict.count > 1:
        for file in verdict.files[:_MOST_FILES]:
            out.print(f"    {file}", markup=False)
        if verdict.count > _MOST_FILES:
            out.print(f"    and {verdict.count - _MOST_FILES} more", markup=False)


@click.command()
@name_argument
@click.option("--no-write", is_flag=True, help="Leave your own file alone.")
@dry_run_option
@yes_option
@install_options
@solve_options
@json_option
@click.pass_obj
def adopt(
    options: GlobalOptions, /, name: str, no_write: bool, dry_run: bool, yes: bool, **limits: Any
) -> None:
    """Write what was changed in NAME into its environment.yml, and build from that.

    Your own file is written only after a yes, and while it is as it was when NAME was made.
    An environment that another tool made is adopted where it is, as it is.
    """
    settings = options.reconciled(**limits)
    if not find_for_adoption(settings, name).managed:
        adopt_unmanaged(options, settings, name, dry_run=dry_run, yes=yes)
        return
    report = drift_report(settings, name)
    if dry_run:
        _preview(options, report, "adopt")
        return
    if not options.as_json:
        _print_adoption(report)
    write = not no_write and report.adopt.file is not None and _agreed(options, report, yes)
    job = ask_adopt(settings, name, write_file=write, fingerprint=report.fingerprint)
    result = carry_out(job, options)
    if not options.as_json:
        for file in result["written"]:
            out.print(f"{file} is written.", markup=False)
        out.print(f"{result['name']} is now generation {result['generation']}.", markup=False)


def _agreed(options: GlobalOptions, report: DriftReport, yes: bool) -> bool:
    if yes or options.as_json or not sys.stdin.isatty():
        return yes
    return click.confirm(f"Write this into {report.adopt.file}?")


@click.command()
@name_argument
@dry_run_option
@install_options
@json_option
@click.pass_obj
def repair(options: GlobalOptions, /, name: str, dry_run: bool, **limits: Any) -> None:
    """Build NAME anew from its lock. What was changed stays in the generation before."""
    settings = options.reconciled(**limits)
    if dry_run:
        _preview(options, drift_report(settings, name, "content"), "repair")
        return
    result = carry_out(ask_repair(settings, name), options)
    if not options.as_json:
        out.print(
            f"{result['name']} is now generation {result['generation']}, as its lock says. "
            f"Running kernels keep theirs.",
            markup=False,
        )


@click.command()
@name_argument
@dry_run_option
@json_option
@click.pass_obj
def keep(options: GlobalOptions, name: str, dry_run: bool) -> None:
    """Live with what was changed in NAME: it no longer counts, until more is changed."""
    settings = options.reconciled()
    if dry_run:
        _preview(options, drift_report(settings, name), "keep")
        return
    environment = get_managed(Store(settings.envs_dir), name)
    report = report_of(environment, keep_drift(settings, name))
    if options.as_json:
        print_json(report)
    else:
        _print(report)


def _preview(options: GlobalOptions, report: DriftReport, verb: str) -> None:
    if options.as_json:
        print_json(report)
    elif verb == "adopt":
        _print_adoption(report)
    elif verb == "repair":
        _print_restoration(report)
    else:
        _print(report)


def _print_adoption(report: DriftReport) -> None:
    if report.adopt.problem:
        out.print(f"It cannot be written: {report.adopt.problem.message}", markup=False)
    for line in report.adopt.diff.splitlines():
        out.print(line, markup=False)
    left = [one for one in report.verdicts if not one.adoptable]
    if left:
        out.print("This cannot be written into an environment.yml, and is not in the next one:")
        for one in left:
            out.print(f"  {one.message}", markup=False)


def _print_restoration(report: DriftReport) -> None:
    for one in report.restore.changes:
        out.print(f"{one.package}: {one.now or '-'} -> {one.then or '-'}", markup=False)
    if report.restore.files:
        out.print(f"{report.restore.files} file(s) as they were", markup=False)
    if not report.verdicts:
        out.print(f"{report.name} is as its lock says; the same packages are built anew.")
