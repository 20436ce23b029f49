"""The verb that asks the past: audit."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from jupyter_envs.operations import (
    Audit,
    DigestView,
    about_digest,
    lock_of_audit,
    verify_record,
)
from jupyter_envs.operations import audit as ask_the_past
from jupyter_envs.store import write_atomically

from .options import GlobalOptions, json_option
from .output import instant, out, print_json, table

_RUNNING = {True: "yes", False: "no", None: "?"}


@click.command()
@click.option("--at", metavar="TIME", help='When, such as "2026-11-18 15:00". Default: now.')
@click.option("--notebook", metavar="PATH", help="Only this notebook: its path, or its end.")
@click.option("--environment", metavar="NAME", help="Only this environment, also one removed.")
@click.option("--digest", metavar="DIGEST", help="Only this lock digest, or what begins so.")
@click.option(
    "--export",
    "target",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write the exact lock there; - prints it.",
)
@click.option("--verify", is_flag=True, help="Find what was changed in the record, or is missing.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@json_option
@click.pass_obj
def audit(
    options: GlobalOptions,
    /,
    at: str | None,
    notebook: str | None,
    environment: str | None,
    digest: str | None,
    target: Path | None,
    verify: bool,
    limit: int,
) -> None:
    """Show what ran at a time: notebook, environment, generation, by whom, and the exact lock."""
    if verify:
        _verify(options)
        return
    settings = options.settings()
    if digest and not (at or notebook or environment or target):
        _about(options, about_digest(digest, settings))
        return
    found = ask_the_past(settings, at=at, notebook=notebook, environment=environment, digest=digest)
    exported = None
    if target is not None:
        exported, lock = lock_of_audit(found, settings)
        if str(target) == "-":
            sys.stdout.buffer.write(lock)
            return
        write_atomically(target, lock)
    if options.as_json:
        file = {"exported": {"digest": exported, "file": str(target)}} if exported else {}
        print_json({**msgspec.to_builtins(found), **file})
        return
    _print(found, limit)
    if exported:
        out.print(f"Lock {exported[:12]} is in {target}. To make its environment again:")
        out.print(f"jupyter envs create {target} --name NAME", markup=False)


def _verify(options: GlobalOptions) -> None:
    faults = verify_record(options.settings())
    if options.as_json:
        print_json({"faults": faults})
    else:
        for fault in faults:
            place = f"{fault.file}:{fault.line}" if fault.line else fault.file
            out.print(f"{place}: {fault.reason}", markup=False)
        if not faults:
            out.print("The record holds: no line is changed or missing, and every lock is there.")
    if faults:
        sys.exit(1)


def _print(found: Audit, limit: int) -> None:
    out.print(f"At {instant(found.at)}", markup=False)
    if found.clock_note == "ambiguous":
        out.print(
            f"That time was there twice, since clocks were set back; the other one is "
            f"{instant(found.other)}. Give the offset to choose.",
            markup=False,
        )
    if found.clock_note == "skipped":
        out.print("The time asked for was skipped, since clocks were put forward.")
    if found.kernels:
        _print_kernels(found, limit)
    else:
        out.print("No kernel start is recorded before that.")
    if found.current and not found.kernels:
        rows = table("Environment", "Generation", "Since", "By", "Lock")
        for one in found.current:
            lock = _lock(one.lock_digest, one.lock_kept)
            rows.add_row(one.environment, str(one.generation), instant(one.since), one.actor, lock)
        out.print(rows)


def _print_kernels(found: Audit, limit: int) -> None:
    rows = table(
        "Notebook", "Environment", "Generation", "Started", "By", "Running", "Drift", "Lock"
    )
    for one in found.kernels[:limit]:
        rows.add_row(
            one.notebook or "(not known)",
            one.environment,
            str(one.generation),
            instant(one.time),
            one.user or "",
            _RUNNING[one.running],
            one.drift or "",
            _lock(one.lock_digest, one.lock_kept),
        )
    out.print(rows)
    if len(found.kernels) > limit:
        out.print(f"{len(found.kernels) - limit} earlier ones are not shown: --limit shows more.")


def _lock(digest: str | None, kept: bool) -> str:
    return f"{(digest or '')[:12]}{'' if kept else ' (not kept)'}"


def _about(options: GlobalOptions, found: list[DigestView]) -> None:
    if options.as_json:
        print_json({"digests": found})
        return
    for view in found:
        kept = "its lock is kept" if view.kept else "its lock is not kept"
        out.print(f"{view.digest}: {kept}", markup=False)
        for place in view.here:
            mark = ", current" if place.current else ""
            out.print(f"Here: {place.environment}, generation {place.generation}{mark}")
        rows = table("Environment", "Generation", "First", "By", "Starts", "Last start", "Users")
        for use in view.uses:
            rows.add_row(
                use.environment,
                str(use.generation),
                instant(use.first),
                use.by,
                str(use.starts or ""),
                instant(use.last_start),
                ", ".join(use.users),
            )
        out.print(rows)
