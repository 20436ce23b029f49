"""The verb that says what is wrong here, and what helps: doctor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jupyter_envs.doctor import DoctorReport, Finding
from jupyter_envs.errors import SourceNotFound
from jupyter_envs.hardware import Hardware, Holder, Holders, Machine
from jupyter_envs.operations import diagnosis
from jupyter_envs.store import generation_at

from .options import GlobalOptions, json_option, names_that_begin
from .output import escape, instant, out, print_json

#: Seconds for a driver that was not in use.
_PATIENCE = 15.0

_COLOURS = {"error": "bold red", "warning": "yellow", "note": "cyan"}

#: What a client can do itself, as a command. Kernels are shut down where they are shown.
_COMMANDS = {
    "update": "jupyter envs update {subject}",
    "repair": "jupyter envs repair {subject}",
    "clean": "jupyter envs clean",
    "probe": "jupyter envs probe {subject}",
    # Reading the list brings kernels in line with what there is.
    "register-kernel": "jupyter envs list",
}


@click.command()
@click.argument("name", metavar="[NAME]", required=False, shell_complete=names_that_begin)
@click.option(
    "--notebook",
    "notebooks",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Look at the errors that are saved in this notebook, too. May be given again.",
)
@json_option
@click.pass_obj
def doctor(options: GlobalOptions, name: str | None, notebooks: tuple[Path, ...]) -> None:
    """Say what is wrong with this machine, and with NAME; why a GPU is idle, and what helps.

    Ends with 1 where there is an error. The report names neither you nor the machine, so it can
    be passed on as it is.
    """
    for notebook in notebooks:
        if not notebook.is_file():
            raise SourceNotFound(file=str(notebook), reason="there is no such file")
    settings = options.examinable()
    hardware, holders = _gpus(settings.envs_dir)
    report = diagnosis(settings, name, hardware=hardware, holders=holders, notebooks=notebooks)
    if options.as_json:
        print_json(report)
    else:
        _print(report)
    if any(one.severity == "error" for one in report.findings):
        sys.exit(1)


def _gpus(disk: Path) -> tuple[Hardware, Holders]:
    machine = Machine(lambda: disk)
    try:
        machine.wait(_PATIENCE)
        # No server: every kernel is one of our processes.
        return machine.look(), Holder(generation_at, server=0).look(machine.sample(), ())
    finally:
        machine.close()


def _print(report: DoctorReport) -> None:
    about = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    what = report.environment or "this machine"
    out.print(f"jupyter_envs {report.version} on {instant(report.checked_at)}", markup=False)
    out.print(f"{what}: {about}", markup=False)
    for finding in report.findings:
        out.print()
        _print_finding(finding)
    out.print()
    out.print(_summary(report), markup=False)


def _print_finding(finding: Finding) -> None:
    colour = _COLOURS[finding.severity]
    out.print(f"[{colour}]{finding.severity}[/] {finding.id}: {escape(finding.message)}")
    for one in finding.evidence:
        out.print(f"  [dim]seen[/] {escape(one.source)}: {escape(one.value)}")
    who = " (an administrator)" if finding.who == "administrator" else ""
    out.print(f"  [bold cyan]fix[/]{who} {escape(finding.fix.text)}")
    command = _COMMANDS.get(finding.fix.action or "")
    if command:
        out.print(f"  [bold cyan]run[/] {command.format(subject=finding.fix.subject)}")


def _summary(report: DoctorReport) -> str:
    counts = [
        f"{count} {severity}{'s' if count > 1 else ''}"
        for severity in ("error", "warning", "note")
        if (count := sum(one.severity == severity for one in report.findings))
    ]
    return f"{', '.join(counts) or 'Nothing found'}. {report.rules} rules were asked."
