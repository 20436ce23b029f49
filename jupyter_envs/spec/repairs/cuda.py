"""Repairs of what has gone by in CUDA's packages: the frozen channel, cudatoolkit."""

from __future__ import annotations

import re
from collections.abc import Callable

from jupyter_envs.spec.cuda import FIRST_WITHOUT_CUDATOOLKIT
from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.frozen import FROZEN_CHANNEL, is_frozen_channel
from jupyter_envs.spec.lists import remove_item, replace, sure
from jupyter_envs.spec.machine import GpuMachine
from jupyter_envs.spec.splice import Change
from jupyter_envs.spec.tree import Scalar

from .context import Context, Spot

_VERSION = re.compile(r"(?P<major>[0-9]{1,4})(?:\.[0-9]{1,4})?")
_PLAIN = re.compile(r"pytorch *(?P<version>[<>=!~][^\s=]*(?:=[^\s=]+)?)?", re.IGNORECASE)
_EXACT = re.compile(r"(?P<name>[\w.-]+) *==? *(?P<version>[0-9][\w.]*)(?:=\S+)?")


def frozen_channel(found: Found, context: Context) -> Repair | None:
    """Leave the channel out, and no longer send packages to it."""
    spot = context.spot(found)
    if spot is None:
        return None
    lines, sequence = context.lines, spot.sequence
    named = [item.text.strip() if isinstance(item, Scalar) else "" for item in sequence.items]
    frozen = [place for place, channel in enumerate(named) if is_frozen_channel(channel)]
    changes = [_elsewhere(context, s) for d, s in context.conda if is_frozen_channel(d.channel)]
    if "conda-forge" not in named:
        changes.append(replace(lines, spot.item, "conda-forge", flow=sequence.flow))
        frozen.remove(spot.place)
    changes += [sure(remove_item(lines, sequence, place)) for place in frozen]
    return Repair("replace_channel", tuple(changes), safe=False)


def frozen_package(found: Found, context: Context) -> Repair | None:
    """The package from whichever channel has it."""
    spot = context.spot(found)
    if spot is None:
        return None
    change = _elsewhere(context, spot)
    return Repair("write", (change,), change.text, safe=False)


def _elsewhere(context: Context, spot: Spot) -> Change:
    text = spot.item.text.strip() if isinstance(spot.item, Scalar) else ""
    new = FROZEN_CHANNEL.sub("", text, count=1)
    # conda-forge has not each of the releases of that channel: an exact one becomes the least.
    exact = _EXACT.fullmatch(new)
    new = f"{exact['name']}>={exact['version']}" if exact else new
    if context.machine is not None and context.machine.cuda_major is not None:
        new = _with_gpu_build(new)
    return replace(context.lines, spot.item, new, flow=spot.sequence.flow)


def _with_gpu_build(line: str) -> str:
    """PyTorch as a CUDA build: with a GPU there, a CPU build would not be what is meant. What is
    built with it follows."""
    found = _PLAIN.fullmatch(line)
    if found is None:
        return line
    return f"pytorch {found['version'] or '*'} cuda*"


def cuda_version(found: Found, context: Context) -> Repair | None:
    """``cuda-version`` in the place of what used to choose the version of CUDA."""
    at = context.scalar(found)
    if at is None:
        return None
    wanted = _VERSION.search(at[1].text.rpartition("::")[2].partition("=")[2])
    chosen = any(d.name == "cuda-version" for d, _ in context.conda)
    # Such a file could not be solved at all.
    hopeless = chosen or (wanted is not None and int(wanted["major"]) >= FIRST_WITHOUT_CUDATOOLKIT)
    safe = found.diagnostic.code == "cudatoolkit_ended" and hopeless
    if wanted is None or chosen:
        return context.remove(at[0], safe=safe)
    if context.machine is not None and not safe:
        return _for_machine(context.machine, at[0], context)
    # What used an older CUDA comes for newer ones too: a pin would choose builds without a GPU.
    operator = "=" if safe else ">="
    return context.write(at[0], f"cuda-version{operator}{wanted[0]}", safe=safe)


def _for_machine(machine: GpuMachine, spot: Spot, context: Context) -> Repair | None:
    if machine.cuda_major is None:
        repair = context.remove(spot, safe=False)
        return None if repair is None else repair._replace(code="remove_without_gpu")
    text = f"cuda-version{machine.cuda_versions}"
    return context.write(spot, text, safe=False)._replace(code="write_for_gpu")


TABLE: dict[str, Callable[[Found, Context], Repair | None]] = {
    "channel_frozen": frozen_channel,
    "cudatoolkit_ended": cuda_version,
    "cudatoolkit_unused": cuda_version,
    "package_frozen": frozen_package,
    "pytorch_cuda": cuda_version,
}
