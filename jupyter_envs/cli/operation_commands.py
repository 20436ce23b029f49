"""``jupyter envs operations``: what is going on, what went on, and how to step in."""

from __future__ import annotations

import sys

import click

from jupyter_envs.operations import ENDED, cancel, list_operations, read_operation, resume
from jupyter_envs.store import Store

from .options import GlobalOptions, json_option
from .output import escape, moment, out, print_failure, print_json, table
from .watch import watch

_RECENT = 20


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Not only the newest and the running.")
@json_option
@click.pass_context
def operations(context: click.Context, everything: bool) -> None:
    """Show operations: what runs, what ended and how."""
    if context.invoked_subcommand is not None:
        return
    options = context.find_object(GlobalOptions) or GlobalOptions()
    store = Store(options.reconciled().envs_dir)
    found = list_operations(store)
    if not everything:
        found = [o for i, o in enumerate(found) if i < _RECENT or o.state not in ENDED]
    if options.as_json:
        print_json({"operations": found})
        return
    if not found:
        out.print("No operations yet.")
        return
    rows = table("Id", "Verb", "Environment", "State", "Started", "By")
    for operation in found:
        rows.add_row(
            operation.id,
            operation.verb,
            operation.name,
            operation.state if operation.state in ENDED else operation.phase,
            moment(operation.started),
            operation.actor,
        )
    out.print(rows)


@operations.command("show")
@click.argument("operation_id", metavar="ID")
@json_option
@click.pass_obj
def show_operation(options: GlobalOptions, operation_id: str) -> None:
    """Show one operation with its events."""
    store = Store(options.reconciled().envs_dir)
    summary, events = read_operation(store, operation_id)
    if options.as_json:
        print_json({"operation": summary, "events": events})
        return
    out.print(f"{summary.verb} {escape(summary.name)}: {summary.state}")
    for event in events:
        count = f" {event.done} of {event.total} {event.unit}" if event.total else ""
        out.print(f"{event.time[11:23]} {event.phase:<9} {event.code}{count}", markup=False)
    if summary.error:
        print_failure(summary.error, as_json=False)


@operations.command("cancel")
@click.argument("operation_id", metavar="ID")
@json_option
@click.pass_obj
def cancel_operation(options: GlobalOptions, operation_id: str) -> None:
    """End an operation; everything is as it was before it."""
    summary = cancel(Store(options.settings().envs_dir), operation_id)
    if options.as_json:
        print_json(summary)
    else:
        out.print(f"{summary.verb} {summary.name}: {summary.state}", markup=False)


@operations.command("resume")
@click.argument("operation_id", metavar="ID")
@json_option
@click.pass_obj
def resume_operation(options: GlobalOptions, operation_id: str) -> None:
    """Take up an interrupted operation where it stopped."""
    settings = options.reconciled()
    job = resume(operation_id, settings)
    sys.exit(watch(settings, job.id, as_json=options.as_json))


@operations.command("follow")
@click.argument("operation_id", metavar="ID")
@json_option
@click.pass_obj
def follow_operation(options: GlobalOptions, operation_id: str) -> None:
    """Watch a running operation; Ctrl-C cancels it."""
    sys.exit(watch(options.settings(), operation_id, as_json=options.as_json))
