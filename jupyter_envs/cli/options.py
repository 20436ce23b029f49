"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from jupyter_envs.engine import read_configuration
from jupyter_envs.errors import EnvsError
from jupyter_envs.operations import Settings, default_settings, reconcile, settings_to_examine
from jupyter_envs.store import Store, list_all

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class GlobalOptions:
    """What was given before the command's name, and how it wants its answers."""

    envs_dir: Path | None = None
    as_json: bool = False

    def settings(self, **changes: Any) -> Settings:
        """Settings of this call; only what was really given overrides a default."""
        given = {key: value for key, value in changes.items() if value is not None}
        return default_settings(read_configuration(), envs_dir=self.envs_dir, **given)

    def examinable(self) -> Settings:
        """Settings for the doctor: there are some even where they cannot be used."""
        return settings_to_examine(self.envs_dir)

    def reconciled(self, **changes: Any) -> Settings:
        """Settings, after the store has been brought in line with what crashed or was removed."""
        settings = self.settings(**changes)
        reconcile(settings)
        return settings


def _remember_json(context: click.Context, _: click.Parameter, value: bool) -> bool:
    context.ensure_object(GlobalOptions).as_json = value
    return value


json_option: Callable[[Command], Command] = click.option(
    "--json",
    "as_json",
    is_flag=True,
    expose_value=False,
    callback=_remember_json,
    help="Print JSON: one document, or a line per event for long work.",
)

yes_option: Callable[[Command], Command] = click.option(
    "--yes", "-y", is_flag=True, help="Answer every question with yes."
)

# To the solver 0 means no limit, to the kernel none at all: neither is what was meant.
_SECONDS = click.FloatRange(min=0, min_open=True)


def _driver_version(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"\d+(\.\d+)?", value):
        raise click.BadParameter(f"{value!r} is not a version such as 12.4.")
    return value


offline_option: Callable[[Command], Command] = click.option(
    "--offline", is_flag=True, default=None, help="Use only what is cached."
)


def refuse_both(*, locked: bool, upgrade: bool) -> None:
    """Usage that contradicts itself. Raises UsageError."""
    if locked and upgrade:
        raise click.UsageError("--locked takes the lock's versions; --upgrade would change them.")


locked_option: Callable[[Command], Command] = click.option(
    "--locked",
    is_flag=True,
    help="Take exactly the packages of the lock beside the file; fail if the two disagree.",
)

_INSTALL_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    offline_option,
    click.option("--kernel-timeout", type=_SECONDS, metavar="SECONDS", help="Default: 60."),
)

_SOLVE_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--solve-timeout", type=_SECONDS, metavar="SECONDS", help="Default: 300."),
    click.option(
        "--cuda",
        metavar="VERSION",
        callback=_driver_version,
        help="Solve for a GPU driver of this CUDA version, such as 12.4.",
    ),
)


def install_options(command: Command) -> Command:
    """Options of the commands that build a generation."""
    for option in reversed(_INSTALL_OPTIONS):
        command = option(command)
    return command


def solve_options(command: Command) -> Command:
    """Options of the commands that find out what to install, in addition."""
    for option in reversed(_SOLVE_OPTIONS):
        command = option(command)
    return command


def names_that_begin(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of existing environments, for completion in the shell."""
    try:
        options = GlobalOptions(envs_dir=context.find_root().params.get("envs_dir"))
        found = list_all(Store(options.settings().envs_dir))
    except EnvsError:
        return []
    return [CompletionItem(e.slug) for e in found if e.slug.startswith(incomplete)]


name_argument: Callable[[Command], Command] = click.argument(
    "name", metavar="NAME", shell_complete=names_that_begin
)
