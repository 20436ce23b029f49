"""Verbs of an environment without its files: archive, recreate."""

from __future__ import annotations

import sys
from typing import Any

import click

from jupyter_envs.operations import ask_archive, ask_recreate, require_archivable
from jupyter_envs.store import Store, get_managed

from .change import carry_out
from .options import GlobalOptions, install_options, json_option, name_argument, yes_option
from .output import out, size


@click.command()
@name_argument
@click.option(
    "--force", is_flag=True, help="Also while its kernels run, or if it was changed by hand."
)
@yes_option
@json_option
@click.pass_obj
def archive(options: GlobalOptions, name: str, force: bool, yes: bool) -> None:
    """Remove the files and kernels of NAME and keep its file and its lock, to recreate it."""
    settings = options.reconciled()
    store = Store(settings.envs_dir)
    environment = get_managed(store, name)
    if not force:
        require_archivable(store, environment)  # before anything is asked
    if not yes and not options.as_json and sys.stdin.isatty():
        count = len(environment.generations)
        click.confirm(f"Archive {environment.name} ({count} generation(s))?", abort=True)
    result = carry_out(ask_archive(settings, name, force=force), options)
    if not options.as_json:
        freed = f"{size(result['freed'])} were freed. " if "freed" in result else ""
        again = f"To get it back: jupyter envs recreate {environment.slug}"
        out.print(f"{result['name']} is archived. {freed}{again}", markup=False)
        out.print("Its packages stay in the cache until: jupyter envs clean")


@click.command()
@name_argument
@install_options
@json_option
@click.pass_obj
def recreate(options: GlobalOptions, /, name: str, **limits: Any) -> None:
    """Make the archived NAME again, exactly as it was, without solving."""
    result = carry_out(ask_recreate(options.reconciled(**limits), name), options)
    if not options.as_json:
        lock = result["lock_digest"][:12]
        out.print(f"{result['name']} is back: the same lock {lock}.", markup=False)
