"""The verb that shows what another would do: plan."""

from __future__ import annotations

from typing import Any

import click

from jupyter_envs.operations import ask_plan, source_named

from .change import carry_out
from .options import (
    GlobalOptions,
    json_option,
    locked_option,
    offline_option,
    refuse_both,
    solve_options,
    taken_target,
    target_options,
)
from .output import escape, out, size, unhashed_text


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--name", "-n", help="The environment to compare with. Default: the file's own.")
@click.option("--upgrade", is_flag=True, help="As for update: move every package to its newest.")
@locked_option
@offline_option
@solve_options
@target_options
@json_option
@click.pass_obj
def plan(
    options: GlobalOptions,
    /,
    file: str,
    name: str | None,
    upgrade: bool,
    locked: bool,
    **limits: Any,
) -> None:
    """Show what FILE would install, or change where its environment exists. Changes nothing."""
    refuse_both(locked=locked, upgrade=upgrade)
    target = taken_target(limits)
    settings = options.settings(**limits)
    source = source_named(file, settings)
    job = ask_plan(settings, source, name, upgrade=upgrade, locked=locked, target=target)
    found = carry_out(job, options)
    if not options.as_json:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    plan_ = found["plan"]
    old = {(one["manager"], one["name"]): one for one in plan_["unlink"]}
    for one in plan_["link"]:
        before = old.pop((one["manager"], one["name"]), None)
        out.print(_changed(before, one) if before else f"[green]+[/] {_package(one)}")
    for one in old.values():
        out.print(f"[red]-[/] {_package(one)}")
    for build in plan_["builds"]:
        out.print(f"{build['name']} {build['version']} is a {build['accelerator'].upper()} build")
    for one in (found["target"] or {}).get("reasons", ()):
        out.print(one["message"], markup=False)
    for one in plan_["unhashed"]:
        out.print(f"no hash: {unhashed_text(one)}", markup=False)
    download = plan_["download"]
    keeps = f", {len(plan_['keep'])} stay as they are" if found["exists"] else ""
    # Package indexes of pip do not say how large something is.
    more = f" and {download['unknown']} of unknown size" if download["unknown"] else ""
    out.print(
        f"{len(plan_['link'])} package(s) to link{keeps}; "
        f"{size(download['size'])}{more} to download, {download['cached']} are in the cache."
    )


def _package(one: dict[str, Any]) -> str:
    return escape(f"{one['name']} {one['version']} {one['build']}".strip())


def _changed(before: dict[str, Any], after: dict[str, Any]) -> str:
    was = f"{before['version']} {before['build']}".strip()
    return f"[yellow]~[/] {escape(before['name'])} {escape(was)} -> {_rest(after)}"


def _rest(one: dict[str, Any]) -> str:
    return escape(f"{one['version']} {one['build']}".strip())
