"""Verbs that only read: list, show, export."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from jupyter_envs.export import FORMATS
from jupyter_envs.export import export as export_as
from jupyter_envs.operations import (
    EnvironmentView,
    export_source,
    full_view,
    source_state,
    view,
)
from jupyter_envs.store import (
    Store,
    broken,
    find_environment,
    get_recorded,
    list_known,
    write_atomically,
)

from .options import GlobalOptions, json_option, name_argument
from .output import moment, out, print_json, size, table, unhashed_text
from .source import print_source


@click.command("list")
@json_option
@click.pass_obj
def list_(options: GlobalOptions) -> None:
    """Show all environments."""
    settings = options.reconciled()
    store = Store(settings.envs_dir)
    views = [view(store, environment) for environment in list_known(store)]
    if options.as_json:
        print_json({"environments": views})
        return
    if not views:
        out.print(f"No environments in {settings.envs_dir} yet.", markup=False)
        out.print("Make one: jupyter envs create environment.yml", markup=False)
        return
    rows = table(
        "Name", "Language", "Packages", "Size", "Generation", "State", "In use", "Made", "Lock"
    )
    for found in views:
        rows.add_row(
            found.name,
            found.language or ("" if found.managed else "(not ours)"),
            str(found.packages or ""),
            size(found.size),
            "" if found.generation is None else str(found.generation),
            _state(found),
            str(found.processes or ""),
            moment(found.created),
            (found.lock_digest or "")[:12],
        )
    out.print(rows)


def _state(found: EnvironmentView) -> str:
    """What a person may want to do something about."""
    drifted = found.drift is not None and found.drift.state == "drifted"
    states = {
        "broken": found.broken,
        "archived": found.archived,
        "behind": found.behind,
        "drifted": drifted,
    }
    return ", ".join(word for word, is_so in states.items() if is_so)


@click.command()
@name_argument
@json_option
@click.pass_obj
def show(options: GlobalOptions, name: str) -> None:
    """Show one environment: where it is, what it was made from, its generations."""
    settings = options.reconciled()
    store = Store(settings.envs_dir)
    environment = find_environment(store, name)
    found = full_view(store, environment)
    source = None if environment.broken else source_state(environment)
    if options.as_json:
        print_json({**msgspec.to_builtins(found), "source_state": source})
        return
    _print_facts(found)
    if environment.broken:
        problem = broken(store, environment)
        out.print(f"{problem.message}. {problem.hint}.", markup=False)
    if source is not None and not found.archived:
        print_source(found.slug, source)
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
        "Archive" if found.archived else "Prefix": found.prefix,
        "Made from": found.source and (found.source.file or found.source.kind),
        "Kernels": ", ".join(found.kernels),
        "Packages": found.packages,
        "Size": size(found.size),
        "Platform": found.platform,
        "Target": found.target and " ".join(one.message for one in found.target.reasons),
        "Profile": found.target and found.target.profile,
        "Lock": found.lock_digest,
        "In use by": f"{found.processes} process(es)" if found.processes else None,
    }
    for title, value in facts.items():
        if value:
            out.print(f"{title + ':':<11}{value}", markup=False)
    if found.archived:
        out.print(f"It is archived; to get it back: jupyter envs recreate {found.slug}")
    if found.drift is not None and found.drift.count:
        kept = ", kept as it is" if found.drift.state == "kept" else ""
        out.print(f"Changed:   {found.drift.count} difference(s){kept}", markup=False)
    for probe in found.probes:
        where = "" if probe.here else " (seen on another machine)"
        out.print(f"GPU:       {probe.message}{where}", markup=False)
    for one in found.unhashed:
        out.print(f"No hash:   {unhashed_text(msgspec.to_builtins(one))}", markup=False)
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
    exported = export_as(export_source(get_recorded(store, name), format_name), format_name)
    if output is not None:
        write_atomically(output, exported.data)
    if options.as_json:
        content = None if output else exported.data.decode("utf-8", "replace")
        print_json(
            {"format": format_name, "file": str(output) if output else None, "content": content}
        )
    elif output is None:
        sys.stdout.buffer.write(exported.data)
