"""The verb that says what is wrong with files, and puts right what it can: check."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import click
import msgspec

from jupyter_envs.errors import EnvsError, SourceNotFound
from jupyter_envs.operations import (
    LockSource,
    TargetOrder,
    check_source,
    gpu_machine,
    machine_choice,
    source_from_bytes,
)
from jupyter_envs.spec import (
    Diagnostic,
    GpuMachine,
    depends_on_gpus,
    fix_spec,
    parse_spec,
    text_of,
)
from jupyter_envs.store import write_atomically

from .annotations import github_lines, sarif
from .findings import Checked, print_findings
from .options import GlobalOptions, json_option, named_target_options
from .output import print_json

_STDIN = "-"


def _as_json(checked: list[Checked]) -> None:
    print_json(
        {
            "diagnostics": [
                {"file": one.file, **msgspec.to_builtins(d)} for one in checked for d in one.found
            ],
            "files": [
                {"file": one.file, "valid": one.valid, "fixed": [d.code for d in one.fixed]}
                for one in checked
            ],
        }
    )


def _as_annotations(checked: list[Checked]) -> None:
    sys.stdout.write("".join(github_lines(checked)))


def _as_sarif(checked: list[Checked]) -> None:
    print_json(sarif(checked))


_FORMATS: dict[str, Callable[[list[Checked]], None]] = {
    "text": print_findings,
    "json": _as_json,
    "github": _as_annotations,
    "sarif": _as_sarif,
}


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--fix", is_flag=True, help="Write the fixes that keep what is installed.")
@click.option(
    "--fix-all", is_flag=True, help="Write all fixes, also those that change what is installed."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMATS)),
    default="text",
    help="Default: text, or json with --json.",
)
@named_target_options
@json_option
@click.pass_obj
def check(
    options: GlobalOptions,
    /,
    files: tuple[str, ...],
    fix: bool,
    fix_all: bool,
    form: str,
    cuda: str | None,
    profile: str | None,
) -> None:
    """Say what is wrong with environment.yml files. Ends with 1 where one has an error.

    FILE may be - for what comes in on stdin. Some fixes are about GPUs: they are for this
    machine, or for the one that is declared.
    """
    if _STDIN in files and (fix or fix_all):
        raise click.UsageError("What comes in on stdin cannot be fixed in its place: give a file.")
    order = TargetOrder(cuda=cuda, profile=profile)
    machine = cache(lambda: _machine(options, order))
    checked = [_check(file, machine, fix=fix or fix_all, unsafe=fix_all) for file in files]
    _FORMATS["json" if options.as_json else form](checked)
    if not all(one.valid for one in checked):
        click.get_current_context().exit(1)


def _machine(options: GlobalOptions, order: TargetOrder) -> GpuMachine | None:
    """What fixes are for; None where that cannot be found out and nothing was declared."""
    try:
        return gpu_machine(machine_choice(options.settings(), order))
    except EnvsError:
        if order != TargetOrder():
            raise
        return None


def _check(
    file: str, machine: Callable[[], GpuMachine | None], *, fix: bool, unsafe: bool
) -> Checked:
    data = sys.stdin.buffer.read() if file == _STDIN else _read(Path(file))
    source = source_from_bytes(data, file)
    if isinstance(source, LockSource):
        check_source(source)
        return Checked(file=file, text="", valid=True, found=())
    fixed: tuple[Diagnostic, ...] = ()
    parsed = parse_spec(data, file=file)
    # Asking for the GPU takes much longer than reading a file.
    known = machine() if depends_on_gpus(parsed.diagnostics) else None
    if fix:
        result = fix_spec(data, unsafe=unsafe, machine=known)
        if result.data != data:
            _write(Path(file), result.data)
        data, fixed = result.data, result.applied
    if fixed or known is not None:
        parsed = parse_spec(data, file=file, machine=known)
    return Checked(
        file=file,
        text=text_of(data),
        valid=parsed.spec is not None,
        found=parsed.diagnostics,
        fixed=fixed,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceNotFound(file=str(path), reason=error.strerror or str(error)) from error


def _write(path: Path, data: bytes) -> None:
    """Replace the file, not a link to it; who may read it stays."""
    real = path.resolve()
    try:
        write_atomically(real, data, mode=stat.S_IMODE(real.stat().st_mode))
    except OSError as error:
        raise SourceNotFound(
            file=str(path), reason=error.strerror or str(error), hint="The file was not changed."
        ) from error
