"""The verb that computes on the GPU, to see whether it works: probe."""

from __future__ import annotations

import sys
from typing import Any

import click

from jupyter_envs.operations import ask_probe

from .change import carry_out
from .options import GlobalOptions, json_option, name_argument
from .output import out


@click.command()
@name_argument
@click.argument("frameworks", nargs=-1, metavar="[FRAMEWORK]...")
@click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help="Limit for each framework. Default: 60, for TensorFlow 120.",
)
@click.option("--require-gpu", is_flag=True, help="End with 1 unless all of them use the GPU.")
@json_option
@click.pass_obj
def probe(
    options: GlobalOptions,
    /,
    name: str,
    frameworks: tuple[str, ...],
    timeout: float | None,
    require_gpu: bool,
) -> None:
    """Try whether the frameworks of NAME compute on the GPU: small computations, each checked.

    FRAMEWORK is torch, tensorflow, jax, cupy or cudf. Default: those that the environment's
    file names, else those that it has.
    """
    job = ask_probe(options.reconciled(), name, frameworks, timeout=timeout)
    result = carry_out(job, options)
    if not options.as_json:
        for one in result["probes"]:
            _print(one)
    if require_gpu and any(one["state"] != "gpu_ok" for one in result["probes"]):
        sys.exit(1)


def _print(one: dict[str, Any]) -> None:
    out.print(f"{one['state']}: {one['message']}", markup=False)
    if one["state"] != "gpu_ok" and one["cpu_ok"]:
        out.print("  On the CPU it computes as it should.", markup=False)
