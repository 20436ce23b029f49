"""The command group, its global options, and the one place where errors become exit codes."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

import click

from jupyter_envs import __version__
from jupyter_envs.errors import Cancelled, EnvsError

from .archive import archive, recreate
from .audit import audit
from .change import clone, create, remove, rollback, update
from .check import check
from .clean import clean, storage
from .compare import diff
from .doctor import doctor
from .drift import adopt, drift, keep, repair
from .gpu import gpu
from .history import history
from .inspect import export, list_, show
from .lock_file import lock
from .look_ahead import plan
from .operation_commands import operations
from .options import GlobalOptions
from .output import print_error
from .probe import probe
from .stacks import stacks
from .stamp import stamp
from .use import COMPLETE_VARIABLE, activate, completion, run

_HELP = """Conda environments as verified Jupyter kernels.

An environment.yml goes in; a kernel that was started once and a lock of every package come
out. An update builds a new generation beside the old one, so it can always be rolled back.
"""

CANCELLED = 130

_DISK_HINT = "Put right what is named above, then try again; generations are never changed by us."


class _Group(click.Group):
    """Errors of ours end in one sentence, a hint and exit code 1; never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EnvsError as error:
            options = ctx.find_object(GlobalOptions) or GlobalOptions()
            print_error(error, as_json=options.as_json or "--json" in sys.argv)
            ctx.exit(CANCELLED if isinstance(error, Cancelled) else 1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads any more: click's to end
                raise
            problem = EnvsError(reason=str(error), hint=_DISK_HINT)
            print_error(problem, as_json="--json" in sys.argv)
            ctx.exit(1)


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


for command in (
    activate,
    adopt,
    archive,
    audit,
    check,
    clean,
    clone,
    completion,
    create,
    diff,
    doctor,
    drift,
    export,
    gpu,
    history,
    keep,
    list_,
    lock,
    operations,
    plan,
    probe,
    recreate,
    remove,
    repair,
    rollback,
    run,
    show,
    stacks,
    stamp,
    storage,
    update,
):
    group.add_command(command)


def main() -> None:
    """Run the command line; ends the process."""
    group(prog_name="jupyter envs", complete_var=COMPLETE_VARIABLE)
