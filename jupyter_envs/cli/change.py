"""Verbs that change the store: create, update, rollback, clone, remove."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from jupyter_envs import operations, spec, store

from .options import (
    GlobalOptions,
    install_options,
    json_option,
    locked_option,
    name_argument,
    refuse_both,
    solve_options,
    taken_target,
    target_options,
    yes_option,
)
from .output import out, print_failure, print_json
from .watch import watch

# Whether it can be read is told by our own error, which has a code.
_FILE = click.Path(path_type=Path, readable=False)


def carry_out(job: operations.Job, options: GlobalOptions) -> dict[str, Any]:
    """Watch a job, and leave with its operation's exit code unless it succeeded."""
    settings = job.settings
    code = watch(settings, job.id, as_json=options.as_json)
    if code != 0:
        sys.exit(code)
    summary, _ = operations.read_operation(store.Store(settings.envs_dir), job.id)
    return summary.result or {}


def _say(options: GlobalOptions, text: str) -> None:
    if not options.as_json:
        out.print(text, markup=False)


def _next_step(result: dict[str, Any]) -> str:
    run = f"jupyter envs run {result['name']} -- COMMAND"
    return f"Choose its kernel in Jupyter, or: {run}" if result.get("kernels") else f"Use it: {run}"


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--name", "-n", help="Name of the environment. Default: the file's own.")
@locked_option
@install_options
@solve_options
@target_options
@json_option
@click.pass_obj
def create(
    options: GlobalOptions, /, file: str, name: str | None, locked: bool, **limits: Any
) -> None:
    """Make an environment from FILE: an environment.yml, a lock, or the name of a stack.

    Locks are conda-lock.yml, @EXPLICIT files and pixi.lock. 'jupyter envs stacks' lists the
    stacks; one may also be an address that ends with #sha256= and its digest.
    """
    target = taken_target(limits)
    source = operations.source_named(file, options.settings(**limits))
    slug = spec.check_name(operations.name_for(source, name))
    settings = options.reconciled(**limits)
    job = operations.ask_create(settings, source, name, locked=locked, target=target)
    result = carry_out(job, options)
    _say(
        options,
        f"{result['name']} is ready: {result['path']}\n"
        f"Lock {result['lock_digest'][:12]}. {_next_step(result)}",
    )
    if result.get("probe"):
        _say(options, f"The GPU is being tried; what came of it: jupyter envs show {slug}")


def changes_text(found: dict[str, Any]) -> str:
    """What changed among the packages, a line each."""
    signs = {"added": "+", "removed": "-", "changed": "~"}
    return "".join(f"{sign} {line}\n" for key, sign in signs.items() for line in found.get(key, ()))


@click.command()
@name_argument
@click.argument("file", type=_FILE, required=False)
@click.option(
    "--upgrade", is_flag=True, help="Move every package to the newest version the file allows."
)
@locked_option
@install_options
@solve_options
@target_options
@json_option
@click.pass_obj
def update(
    options: GlobalOptions,
    /,
    name: str,
    file: Path | None,
    upgrade: bool,
    locked: bool,
    **limits: Any,
) -> None:
    """Build the next generation of NAME from FILE (default: the file it was made from).

    Packages that the file does not force to change keep their versions.
    """
    refuse_both(locked=locked, upgrade=upgrade)
    target = taken_target(limits)
    settings = options.reconciled(**limits)
    source = operations.source_from_file(file) if file else None
    job = operations.ask_update(
        settings, name, source, upgrade=upgrade, locked=locked, target=target
    )
    result = carry_out(job, options)
    if result.get("changed"):
        _say(
            options,
            f"{changes_text(result.get('changes', {}))}"
            f"{result['name']} is now generation {result['generation']}. Running kernels keep "
            f"theirs; to go back: jupyter envs rollback {result['name']}",
        )
    else:
        _say(options, f"{result['name']} is up to date; nothing was changed.")


@click.command()
@name_argument
@click.option("--to", "generation", type=click.IntRange(min=0), help="Default: the one before.")
@json_option
@click.pass_obj
def rollback(options: GlobalOptions, name: str, generation: int | None) -> None:
    """Make an earlier generation of NAME current again, at once."""
    settings = options.settings()
    slug = store.get_mendable(store.Store(settings.envs_dir), name).slug
    summary = operations.run_here(operations.Rollback(name=slug, generation=generation), settings)
    if summary.state != "succeeded":
        print_failure(summary.error or {}, as_json=options.as_json)
        sys.exit(1)
    result = summary.result or {}
    if options.as_json:
        print_json(result)
    _say(options, f"{result['name']} is now generation {result['generation']}.")


@click.command()
@name_argument
@click.argument("new_name")
@install_options
@json_option
@click.pass_obj
def clone(options: GlobalOptions, /, name: str, new_name: str, **limits: Any) -> None:
    """Make NEW_NAME with exactly the packages of NAME, without solving."""
    spec.check_name(new_name)
    job = operations.ask_clone(options.reconciled(**limits), name, new_name)
    result = carry_out(job, options)
    _say(options, f"{result['name']} is ready: the same lock {result['lock_digest'][:12]}.")


@click.command()
@name_argument
@click.option("--force", is_flag=True, help="Also while its kernels are running.")
@yes_option
@json_option
@click.pass_obj
def remove(options: GlobalOptions, name: str, force: bool, yes: bool) -> None:
    """Take NAME away, with its kernels and all generations. Its lock is kept in the ledger."""
    settings = options.reconciled()
    place = store.Store(settings.envs_dir)
    environment = store.get_removable(place, name)
    if not force:
        operations.require_idle(place, environment)  # before anything is asked
    if not yes and not options.as_json and sys.stdin.isatty():
        count = len(environment.generations)
        what = "archived" if environment.archived else f"{count} generation(s)"
        if store.ADOPTED in environment.generations:
            what += ", with the directory that was adopted"
        click.confirm(f"Remove {environment.name} ({what})?", abort=True)
    result = carry_out(operations.ask_remove(settings, name, force=force), options)
    _say(options, f"{result['name']} is removed.")
