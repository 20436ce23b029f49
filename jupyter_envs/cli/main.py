"""The command group, its global options, and the one place where errors become exit codes."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from jupyter_envs import __version__
from jupyter_envs.errors import DISK_HINT, Cancelled, EnvsError, disk_error

from .options import GlobalOptions
from .output import print_error

_HELP = """Conda environments as verified Jupyter kernels.

An environment.yml goes in; a kernel that was started once and a lock of every package come
out. An update builds a new generation beside the old one, so it can always be rolled back.
"""

CANCELLED = 130
COMPLETE_VARIABLE = "_JUPYTER_ENVS_COMPLETE"

#: In which module each command is. Only that one is loaded: most of what a short command takes
#: is loading.
_HOMES = {
    "archive": ("archive", "recreate"),
    "audit": ("audit",),
    "change": ("clone", "create", "remove", "rollback", "update"),
    "check": ("check",),
    "clean": ("clean", "storage"),
    "compare": ("diff",),
    "doctor": ("doctor",),
    "drift": ("adopt", "drift", "keep", "repair"),
    "gpu": ("gpu",),
    "history": ("history",),
    "inspect": ("export", "list", "show"),
    "lock_file": ("lock",),
    "look_ahead": ("plan",),
    "operation_commands": ("operations",),
    "probe": ("probe",),
    "stacks": ("stacks",),
    "stamp": ("stamp",),
    "use": ("activate", "completion", "run"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


class _Group(click.Group):
    """Errors of ours end in one sentence, a hint and exit code 1; never in a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_HOME_OF)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands and cmd_name in _HOME_OF:
            module = import_module(f".{_HOME_OF[cmd_name]}", __package__)
            found = [one for one in vars(module).values() if isinstance(one, click.Command)]
            self.add_command(next(one for one in found if one.name == cmd_name))
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EnvsError as error:
            self._tell(error, ctx)
            ctx.exit(CANCELLED if isinstance(error, Cancelled) else 1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads any more: click's to end
                raise
            told = disk_error(error, Path.home())
            self._tell(told or EnvsError(reason=str(error), hint=DISK_HINT), ctx)
            ctx.exit(1)

    def _tell(self, error: EnvsError, ctx: click.Context) -> None:
        options = ctx.find_object(GlobalOptions) or GlobalOptions()
        print_error(error, as_json=options.as_json or "--json" in sys.argv)


@click.group(
    cls=_Group,
    name="jupyter envs",
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", prog_name="jupyter_envs")
@click.option(
    "--envs-dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="JUPYTER_ENVS_DIR",
    help="Folder of the environments. Default: conda's first writable envs_dirs.",
)
@click.pass_context
def group(context: click.Context, envs_dir: Path | None) -> None:
    context.obj = GlobalOptions(envs_dir=envs_dir)


def run() -> None:
    """Run the command that was asked for; ends the process."""
    group(prog_name="jupyter envs", complete_var=COMPLETE_VARIABLE)
