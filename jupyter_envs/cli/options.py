"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from jupyter_envs import engine, operations, store
from jupyter_envs.errors import EnvsError

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class GlobalOptions:
    """What was given before the command's name, and how it wants its answers."""

    envs_dir: Path | None = None
    as_json: bool = False

    def settings(self, **changes: Any) -> operations.Settings:
        """Settings of this call; only what was really given overrides a default."""
        given = {key: value for key, value in changes.items() if value is not None}
        return operations.default_settings(
            engine.read_configuration(), envs_dir=self.envs_dir, **given
        )

    def examinable(self) -> operations.Settings:
        """Settings for the doctor: there are some even where they cannot be used."""
        return operations.settings_to_examine(self.envs_dir)

    def reconciled(self, **changes: Any) -> operations.Settings:
        """Settings, after the store has been brought in line with what crashed or was removed."""
        settings = self.settings(**changes)
        with suppress(OSError):  # whoever only reads is not kept from it; who writes meets it
            operations.reconcile(settings)
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
    if value == "none":
        return ""
    return _version(value, "12.4, or none")


def _capability(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    return _version(value, "8.0")


def _version(value: str | None, example: str) -> str | None:
    if value is not None and not re.fullmatch(r"\d{1,4}(\.\d{1,4})?", value):
        raise click.BadParameter(f"{value!r} is not a version such as {example}.")
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
)

_CUDA: Callable[[Any], Any] = click.option(
    "--cuda",
    metavar="VERSION",
    callback=_driver_version,
    help="Solve for a GPU driver of this CUDA version, such as 12.4; none: without a GPU.",
)
_PROFILE: Callable[[Any], Any] = click.option(
    "--profile", metavar="NAME", help="Solve for machines that the policy describes."
)

_TARGET_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    _CUDA,
    click.option(
        "--cuda-arch",
        metavar="VERSION",
        callback=_capability,
        help="The lowest compute capability of the GPUs, such as 8.0.",
    ),
    _PROFILE,
    click.option("--gpu", "gpus", metavar="GPU", multiple=True, help="Look at this GPU only."),
    click.option(
        "--gpu-required/--no-gpu-required",
        default=None,
        help="Refuse CPU builds instead of taking them.",
    ),
    click.option(
        "--here", is_flag=True, help="Solve for this machine, not for what was declared before."
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


def named_target_options(command: Command) -> Command:
    """The two of them that name machines."""
    for option in (_CUDA, _PROFILE):
        command = option(command)
    return command


def target_options(command: Command) -> Command:
    """Options that say what machines to solve for; :func:`taken_target` reads them."""
    for option in reversed(_TARGET_OPTIONS):
        command = option(command)
    return command


def taken_target(limits: dict[str, Any]) -> operations.TargetOrder | None:
    """What the options say of the machines to solve for, taken out of ``limits``; None where
    they say nothing. Raises UsageError."""
    here = limits.pop("here")
    said = {
        "cuda": limits.pop("cuda"),
        "cuda_arch": limits.pop("cuda_arch"),
        "profile": limits.pop("profile"),
        "gpus": limits.pop("gpus"),
        "gpu_required": limits.pop("gpu_required"),
    }
    order = operations.TargetOrder(**said)
    if here and (said["cuda"] is not None or said["profile"] is not None):
        raise click.UsageError("--here means this machine; --cuda and --profile mean others.")
    return order if here or order != operations.TargetOrder() else None


def names_that_begin(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of existing environments, for completion in the shell."""
    try:
        options = GlobalOptions(envs_dir=context.find_root().params.get("envs_dir"))
        found = store.list_all(store.Store(options.settings().envs_dir))
    except EnvsError:
        return []
    return [CompletionItem(e.slug) for e in found if e.slug.startswith(incomplete)]


name_argument: Callable[[Command], Command] = click.argument(
    "name", metavar="NAME", shell_complete=names_that_begin
)
