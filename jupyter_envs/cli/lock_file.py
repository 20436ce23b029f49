"""The verb that writes a lock beside an environment.yml: lock."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from jupyter_envs.operations import LockCheck, ask_lock, check_lock_file

from .change import carry_out, changes_text
from .options import GlobalOptions, json_option, offline_option, solve_options
from .output import out, print_json, unhashed_text

_TARGET = re.compile(
    r"(?:(?P<platform>[a-z0-9]+-[a-z0-9]+):)?(?P<name>__[a-z0-9_.-]+)=(?P<rest>.+)"
)


def _targets(
    _: click.Context, __: click.Parameter, values: tuple[str, ...]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for value in values:
        parts = _TARGET.fullmatch(value)
        if parts is None:
            raise click.BadParameter(f"{value!r} is not like __glibc=2.17 or linux-64:__cuda=12.4.")
        found.setdefault(parts["platform"] or "", {})[parts["name"]] = parts["rest"]
    return found


@click.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--platform",
    "platforms",
    metavar="PLATFORM",
    multiple=True,
    help="Such as osx-arm64; may be repeated. Default: the file's 'platforms:', else this one.",
)
@click.option(
    "--target",
    "targets",
    metavar="[PLATFORM:]NAME=VERSION",
    multiple=True,
    callback=_targets,
    help="A virtual package that the machines have, such as __glibc=2.17; may be repeated.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Default: conda-lock.yml beside FILE.",
)
@click.option("--upgrade", is_flag=True, help="Move every package to its newest.")
@click.option("--check", is_flag=True, help="Only say whether FILE and lock agree; 1 if not.")
@offline_option
@solve_options
@json_option
@click.pass_obj
def lock(
    options: GlobalOptions,
    /,
    file: Path,
    platforms: tuple[str, ...],
    targets: dict[str, dict[str, str]],
    output: Path | None,
    upgrade: bool,
    check: bool,
    **limits: Any,
) -> None:
    """Write the lock of FILE, an environment.yml, beside it: every package, with its sha256.

    What is in the lock already keeps its version where FILE allows it.
    """
    if check:
        found = check_lock_file(file, lock=output, platforms=platforms)
        _tell(found, options)
        sys.exit(0 if found.agrees else 1)
    job = ask_lock(
        options.settings(**limits),
        file,
        output=output,
        platforms=platforms,
        targets=targets,
        upgrade=upgrade,
    )
    result = carry_out(job, options)
    if options.as_json:
        return
    for one in result["platforms"]:
        out.print(f"{one['platform']}: {one['packages']} packages", markup=False)
        if not _is_new(one):
            out.print(changes_text(one["changes"]), end="", markup=False)
        for package in one["unhashed"]:
            out.print(f"no hash: {unhashed_text(package)}", markup=False)
    done = "is written" if result["changed"] else "is up to date; it was left as it is"
    out.print(f"{result['file']} {done}.", markup=False)


def _is_new(one: dict[str, Any]) -> bool:
    """Whether all of a platform is new: nobody wants to read two hundred names."""
    added: list[str] = one["changes"]["added"]
    return bool(len(added) == one["packages"])


def _tell(found: LockCheck, options: GlobalOptions) -> None:
    if options.as_json:
        print_json(found)
        return
    if found.agrees:
        out.print(f"{found.lock} is the lock of {found.file}.", markup=False)
        return
    out.print(f"{found.lock} is not the lock of {found.file}:", markup=False)
    for platform, texts in found.differences.items():
        for text in texts:
            out.print(f"  {platform}: {text}", markup=False)
