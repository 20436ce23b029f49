"""The verb that frees disk space: clean."""

from __future__ import annotations

import click

from jupyter_envs.operations import ask_clean

from .change import carry_out
from .options import GlobalOptions, json_option
from .output import out, size


@click.command()
@click.option(
    "--generations", is_flag=True, help="Also earlier generations that nothing runs from."
)
@json_option
@click.pass_obj
def clean(options: GlobalOptions, generations: bool) -> None:
    """Free disk space: remove cached packages that no environment has."""
    job = ask_clean(options.reconciled(), generations=generations, packages=True)
    result = carry_out(job, options)
    if options.as_json:
        return
    parts = [f"{result['packages']} package(s)"]
    if generations:
        parts.insert(0, f"{result['generations']} generation(s)")
    out.print(f"Removed {' and '.join(parts)}; {size(result['freed'])} were freed.")
