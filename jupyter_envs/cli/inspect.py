"""Verbs that only read: list, show, export."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from jupyter_envs.export import FORMATS
from jupyter_envs.export import export as export_as
from jupyter_envs.operations import EnvironmentView, export_source, full_view, view
from jupyter_envs.store import (
    Store,
    get_environment,
    get_managed,
    list_environments,
    write_atomically,
)

from .options import GlobalOptions, json_option, name_argument
from .output import moment, out, print_json, size, table


@click.command("list")
@json_option
@click.pass_obj
def list_(options: GlobalOptions) -> None:
    """Show all environments."""
    settings = options.reconciled()
    store = Store(settings.envs_dir)
    views = [view(store, environment) for environment in list_environments(store)]
    if options.as_json:
        print_json({"environments": views})
        return
    if not views:
        out.print(f"No environments in {settings.envs_dir} yet.", markup=False)
        out.print("Make one: jupyter envs create environment.yml", markup=False)
        return
    rows = table("Name", "Language", "Packages", "Size", "Generation", "In use", "Made", "Lock")
    for found in views:
        rows.add_row(
            found.name,
            found.language or ("" if found.managed else "(not ours)"),
            str(found.packages or ""),
            size(found.size),
            str(found.generation or ""),
            str(found.processes or ""),
            moment(found.created),
            (found.lock_digest or "")[:12],
        )
    out.print(rows)


@click.command()
@name_argument
@json_option
@click.pass_obj
def show(options: GlobalOptions, name: str) -> None:
    """Show one environment: where it is, what it was made from, its generations."""
    settings = options.reconciled()
    store = Store(settings.envs_dir)
    found = full_view(store, get_environment(store, name))
    if options.as_json:
        print_json(found)
        return
    _print_facts(found)
    if found.generations:
        rows = table("Generation", "", "Made", "By", "Packages", "Lock")
        for generation in found.generations:
            mark = "current" if generation.current else "in use" if generation.in_use else ""
            rows.add_row(
                str(generation.number),
                mark,
                moment(generation.created),
                generation.created_by,
                str(generation.packages),
                generation.lock_digest[:12],
            )
        out.print()
        out.print(rows)


def _print_facts(found: EnvironmentView) -> None:
    facts = {
        "Name": found.name,
        "Path": found.path,
        "Prefix": found.prefix,
        "Made from": found.source and (found.source.file or found.source.kind),
        "Kernels": ", ".join(found.kernels),
        "Packages": found.packages,
        "Size": size(found.size),
        "Platform": found.platform,
        "Lock": found.lock_digest,
        "In use by": f"{found.processes} process(es)" if found.processes else None,
    }
    for title, value in facts.items():
        if value:
            out.print(f"{title + ':':<11}{value}", markup=False)
    if found.drift is not None and found.drift.count:
        kept = ", kept as it is" if found.drift.state == "kept" else ""
        out.print(f"Changed:   {found.drift.count} difference(s){kept}", markup=False)
    if not found.managed:
        out.print("It was made by another tool and is only listed here.", markup=False)


@click.command()
@name_argument
@click.option(
    "--format", "format_name", type=click.Choice(sorted(FORMATS)), default="yaml", show_default=True
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_obj
def export(options: GlobalOptions, name: str, format_name: str, output: Path | None) -> None:
    """Print NAME as a file: its environment.yml as written, its lock, and others."""
    store = Store(options.settings().envs_dir)
    exported = export_as(export_source(get_managed(store, name)), format_name)
    if output is not None:
        write_atomically(output, exported.data)
    if options.as_json:
        content = None if output else exported.data.decode("utf-8", "replace")
        print_json(
            {"format": format_name, "file": str(output) if output else None, "content": content}
        )
    elif output is None:
        sys.stdout.buffer.write(exported.data)
