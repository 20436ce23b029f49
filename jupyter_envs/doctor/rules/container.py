"""Rules about containers: layer *container*."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_envs.doctor.facts import Facts

from .about import code, conda, driver_state, nvidia_devices
from .book import Book, Found, found
from .driver import CAPABILITIES, has_control, library, withheld

book = Book("container")

_HIDDEN = frozenset(("", "void", "none"))
_VISIBLE = "NVIDIA_VISIBLE_DEVICES"
_COMPAT_UNSUPPORTED, _UNKNOWN = 804, 999


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="This server runs in a container that was started with its GPUs hidden"
    " ({variable}={value}).",
    fix="Ask for a GPU where the container is started: a resource limit, or a profile of the hub.",
)
def container_gpus_hidden(facts: Facts) -> Iterator[Found]:
    host = facts.host
    if not host.container or has_control(facts):
        return
    for source, environ in (("process 1", host.init_environ), ("this server", host.environ)):
        value = environ.get(_VISIBLE)
        if value is not None and value in _HIDDEN and nvidia_devices(facts):
            seen = (f"{_VISIBLE} of {source}", repr(value))
            yield found(seen, variable=_VISIBLE, value=value)
            return


@book.rule(
    "warning",
    who="administrator",
    blocking=True,
    message="This server runs in a container ({kind}) that was started without a GPU, although the"
    " machine has one.",
    fix="Start it with one: '--gpus all', a resource limit nvidia.com/gpu, or a profile of the"
    " hub.",
)
def container_without_gpu(facts: Facts) -> Iterator[Found]:
    kind = facts.host.container
    # WSL has no such device files.
    if kind and nvidia_devices(facts) and not has_control(facts) and not facts.host.wsl:
        yield found(("/dev/nvidiactl", "not there"), ("container", kind), kind=kind)


@book.rule(
    "error",
    who="administrator",
    message="The container got the GPU's files for monitoring, not those for computing"
    " ({variable}={value}).",
    fix="Add compute to {variable}: 'compute,utility'.",
)
def container_no_compute(facts: Facts) -> Iterator[Found]:
    value = withheld(facts)
    if value is not None and has_control(facts) and library(facts) is None:
        seen = (CAPABILITIES, value), ("libcuda.so.1", "not there")
        yield found(*seen, variable=CAPABILITIES, value=value)


@book.rule(
    "error",
    message="The container has lost the GPU that it had when it was started, as happens when the"
    " machine reloads its services.",
    fix="Restart this server (in a hub: stop it and start it again).",
)
def container_gpu_gone(facts: Facts) -> Iterator[Found]:
    nodes = {node.path for node in facts.host.nodes}
    unknown = code(facts) == _UNKNOWN and "/dev/nvidia-uvm" in nodes
    if facts.host.container and (driver_state(facts) == "gone" or unknown):
        answer = code(facts)
        seen = ("cuInit", answer) if unknown else ("NVML", "answered before, and does not now")
        yield found(seen)


@book.rule(
    "error",
    who="administrator",
    message="The operating system keeps this server from the GPU.",
    fix="Allow the container's control group the NVIDIA devices, or start it with a GPU.",
)
def gpu_blocked(facts: Facts) -> Iterator[Found]:
    if driver_state(facts) == "blocked":
        inventory = facts.gpus.inventory
        yield found(("NVML", inventory.code if inventory and inventory.code else "blocked"))


@book.rule(
    "error",
    message="The libraries of CUDA's forward compatibility are in use, and this GPU does not"
    " support them.",
    fix="Take {what} away: the driver's own library is the one to use.",
)
def compat_unsupported(facts: Facts) -> Iterator[Found]:
    if code(facts) != _COMPAT_UNSUPPORTED:
        return
    answer = facts.gpus.cuda
    path = (answer.path if answer else None) or ""
    package = conda(facts.env, "cuda-compat") if facts.env else None
    what = f"the package cuda-compat {package.version}" if package else f"{path or '*/compat'}"
    yield found(("cuInit", _COMPAT_UNSUPPORTED), ("libcuda.so.1", path), what=what)
