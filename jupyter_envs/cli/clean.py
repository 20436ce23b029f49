"""Verbs about disk space: storage shows it, clean frees it."""

from __future__ import annotations

import click

from jupyter_envs.operations import CleanPlan, StorageView, ask_clean, plan_clean, storage_of

from .change import carry_out
from .options import GlobalOptions, json_option
from .output import moment, out, print_json, size, table

_KINDS = {
    "trash": "removed, and not yet deleted",
    "unfinished": "begun, and never finished",
    "lease": "lease of a process that ended",
    "temporary": "left by a process that was killed",
    "generation": "earlier generation",
    "package": "cached package",
}


@click.command()
@json_option
@click.pass_obj
def storage(options: GlobalOptions) -> None:
    """Show how much disk space each environment takes, and when it was last used."""
    found = storage_of(options.reconciled())
    if options.as_json:
        print_json(found)
        return
    _print_storage(found)


def _print_storage(found: StorageView) -> None:
    rows = table("Name", "Removal frees", "Shared", "Generations", "Last used")
    for one in sorted(found.by_environment, key=lambda one: -one.unique):
        rows.add_row(
            one.name,
            size(one.unique),
            size(one.shared),
            "(archived)" if one.archived else str(len(one.generations)),
            moment(one.last_used),
        )
    if found.by_environment:
        out.print(rows)
        out.print()
    out.print(
        f"Environments: {size(found.environments)}; the cache beyond them: {size(found.cache)}; "
        f"free: {size(found.free)} of {size(found.total)}"
    )


@click.command()
@click.option(
    "--generations", is_flag=True, help="Also earlier generations that nothing runs from."
)
@click.option("--dry-run", is_flag=True, help="Show what would go, and remove nothing.")
@json_option
@click.pass_obj
def clean(options: GlobalOptions, generations: bool, dry_run: bool) -> None:
    """Free disk space: remove cached packages that no environment has, and dead temporaries."""
    if dry_run:
        # Not reconciled: that would remove things already.
        plan = plan_clean(options.settings(), generations=generations, packages=True)
        if options.as_json:
            print_json(plan)
        else:
            _print_plan(plan)
        return
    job = ask_clean(options.settings(), generations=generations, packages=True)
    result = carry_out(job, options)
    if options.as_json:
        return
    parts = [f"{result['packages']} package(s)", f"{result['leftovers']} leftover(s)"]
    if generations:
        parts.insert(0, f"{result['generations']} generation(s)")
    out.print(f"Removed {', '.join(parts)}; {size(result['freed'])} were freed.")


def _print_plan(plan: CleanPlan) -> None:
    if not plan.items:
        out.print("There is nothing to remove.")
        return
    rows = table("What", "", "Frees")
    for item in plan.items:
        rows.add_row(item.name, _KINDS[item.kind], size(item.bytes))
    out.print(rows)
    out.print()
    out.print(f"{size(plan.bytes)} would be freed; nothing was removed.")
    if plan.blocked:
        out.print("Other operations are at work: packages can go when they have ended.")
