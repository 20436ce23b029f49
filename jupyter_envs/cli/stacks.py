"""The verb that shows what can be made without a file of one's own: stacks."""

from __future__ import annotations

from typing import Any

import click

from jupyter_envs.operations import (
    StackTargetView,
    StackView,
    free_bytes,
    machine_choice,
    stack_view,
    stacks_of,
    stacks_view,
)
from jupyter_envs.stacks import get_stack

from .options import GlobalOptions, json_option, taken_target, target_options
from .output import out, print_json, table


@click.command()
@click.argument("stack", metavar="ID", required=False)
@target_options
@json_option
@click.pass_obj
def stacks(options: GlobalOptions, /, stack: str | None, **limits: Any) -> None:
    """Show the stacks, or one: what it is for, and which of its targets fits this machine.

    Make one: jupyter envs create ID
    """
    order = taken_target(limits)
    settings = options.settings()
    choice = machine_choice(settings, order)
    known, free = stacks_of(settings), free_bytes(settings)
    if stack is not None:
        found = stack_view(get_stack(known, stack), choice, free=free, whole=True)
        if options.as_json:
            print_json(found)
        else:
            _print_one(found)
        return
    everything = stacks_view(known, choice, free=free)
    if options.as_json:
        print_json(everything)
        return
    rows = table("Stack", "Made for", "What it is", wraps=2)
    for one in everything.stacks:
        if one.problem is None:
            rows.add_row(one.id, _chosen(one), one.description)
    out.print(rows)
    for reason in choice.reasons:
        out.print(reason.message, markup=False)
    for one in everything.stacks:
        if one.problem is not None:
            out.print(f"[yellow]broken[/] {one.id}: ", end="")
            out.print(one.problem.message, markup=False)


def _chosen(found: StackView) -> str:
    target = next((one for one in found.targets if one.id == found.target), None)
    return "nothing here" if target is None else _accelerator(target)


def _accelerator(target: StackTargetView) -> str:
    return "GPU (CUDA)" if target.accelerator == "cuda" else "CPU"


def _print_one(found: StackView) -> None:
    out.print(f"{found.title}: {found.description}", markup=False)
    for one in found.purpose:
        out.print(f"  - {one}", markup=False)
    state = "made and run in our tests" if found.maturity == "deep" else "solved in our tests only"
    out.print(f"This stack is {state}.", markup=False)
    for target in found.targets:
        mark = "*" if target.id == found.target else " "
        size = f", about {target.disk_gb:g} GB" if target.disk_gb is not None else ""
        fits = "fits" if target.fits else "does not fit"
        out.print(f"{mark} {target.id}: {_accelerator(target)}{size}; it {fits}.", markup=False)
        for reason in target.reasons:
            out.print(f"    {reason.message}", markup=False)
    if found.text is not None:
        out.print()
        out.print(found.text, end="", markup=False, highlight=False)
