"""Repairs of what has gone by in CUDA's packages: the frozen channel, cudatoolkit."""

from __future__ import annotations

import re
from collections.abc import Callable

from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.frozen import FROZEN_CHANNEL, is_frozen_channel
from jupyter_envs.spec.lists import remove_item, replace
from jupyter_envs.spec.splice import Change
from jupyter_envs.spec.tree import Scalar

from .context import Context, Spot

_EXACT = re.compile(r"(?P<name>[\w.-]+) *==? *(?P<version>[0-9][\w.]*)(?:=\S+)?")


def frozen_channel(found: Found, context: Context) -> Repair | None:
    """Leave the channel out, and no longer send packages to it."""
    spot = context.spot(found)
    if spot is None:
        return None
    lines, sequence = context.lines, spot.sequence
    texts = [item.text.strip() for item in sequence.items if isinstance(item, Scalar)]
    if "conda-forge" in texts:
        change = remove_item(lines, sequence, spot.place)
    else:
        change = replace(lines, spot.item, "conda-forge", flow=sequence.flow)
    packages = [_elsewhere(context, s) for d, s in context.conda if is_frozen_channel(d.channel)]
    if change is None:
        return None
    return Repair("replace_channel", (change, *packages), safe=False)


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
    return replace(context.lines, spot.item, new, flow=spot.sequence.flow)


def cuda_version(found: Found, context: Context) -> Repair | None:
    """``cuda-version`` in the place of what used to choose the version of CUDA."""
    at = context.scalar(found)
    if at is None:
        return None
    safe = found.diagnostic.code == "cudatoolkit_ended"
    wanted = re.search(r"[0-9]+(?:\.[0-9]+)?", at[1].text.rpartition("::")[2].partition("=")[2])
    if wanted is None or any(d.name == "cuda-version" for d, _ in context.conda):
        return context.remove(at[0], safe=safe)
    # What used an older CUDA comes for newer ones too: a pin would choose builds without a GPU.
    operator = "=" if safe else ">="
    return context.write(at[0], f"cuda-version{operator}{wanted[0]}", safe=safe)


TABLE: dict[str, Callable[[Found, Context], Repair | None]] = {
    "channel_frozen": frozen_channel,
    "cudatoolkit_ended": cuda_version,
    "cudatoolkit_unused": cuda_version,
    "package_frozen": frozen_package,
    "pytorch_cuda": cuda_version,
}
