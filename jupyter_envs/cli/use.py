"""Verbs that use an environment in a shell: run, activate, completion."""

from __future__ import annotations

import os
import sys

import click
from click.shell_completion import get_completion_class

from jupyter_envs.engine import fish_activation, posix_activation
from jupyter_envs.errors import EnvsError, InvalidInput
from jupyter_envs.spec import read_spec
from jupyter_envs.store import GenerationFiles, Store, get_managed, read_kept

from .main import COMPLETE_VARIABLE
from .options import GlobalOptions, name_argument


@click.command(context_settings={"ignore_unknown_options": True})
@name_argument
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def run(options: GlobalOptions, name: str, command: tuple[str, ...]) -> None:
    """Run a command in the activated environment: jupyter envs run NAME -- CMD ...

    The command takes this process's place: its output and exit code are its own.
    """
    store = Store(options.settings().envs_dir)
    environment = get_managed(store, name)
    start = GenerationFiles(environment.prefix).start
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(start, [str(start), *command])  # noqa: S606 - argv, no shell
    except OSError as error:
        raise EnvsError(reason=f"{start} cannot be started: {error.strerror}") from error


@click.command()
@name_argument
@click.option(
    "--shell",
    type=click.Choice(["bash", "dash", "fish", "sh", "zsh"]),
    help="Default: by the SHELL variable.",
)
@click.pass_obj
def activate(options: GlobalOptions, name: str, shell: str | None) -> None:
    """Print shell code that activates NAME here: eval "$(jupyter envs activate NAME)"

    'deactivate' undoes it. conda is not needed.
    """
    store = Store(options.settings().envs_dir)
    environment = get_managed(store, name)
    files = GenerationFiles(environment.prefix)
    variables = read_spec(read_kept(files.spec), str(files.spec)).variables
    make = fish_activation if (shell or _login_shell()) == "fish" else posix_activation
    sys.stdout.write(make(environment.prefix, environment.slug, variables))


def _login_shell() -> str:
    return os.path.basename(os.environ.get("SHELL", "sh"))  # noqa: PTH119 - a name, not a path


@click.command()
@click.argument("shell", type=click.Choice(["bash", "fish", "zsh"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the code that makes SHELL complete jupyter-envs and the names of environments."""
    kind = get_completion_class(shell)
    if kind is None:
        raise InvalidInput(reason=f"There is no completion for {shell}")
    root = context.find_root().command
    sys.stdout.write(kind(root, {}, "jupyter-envs", COMPLETE_VARIABLE).source())
