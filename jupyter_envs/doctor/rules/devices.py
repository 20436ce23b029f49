"""Rules about the state of single GPUs: layer *host*."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_envs.doctor.facts import Facts, Hold

from .about import code, gpus, named
from .book import Book, Found, found

book = Book("host")

_XID = re.compile(r"NVRM: Xid \(PCI:([^)]*)\): (\d+)")
#: NVIDIA's Xid catalogue: faults of the hardware, and those that a program causes.
_HARDWARE = frozenset((48, 63, 64, 74, 79, 94, 95, 119, 120))
_PROGRAMS = frozenset((13, 31, 43, 45))

_HOT = frozenset(("thermal", "hardware_thermal"))
_EXCLUSIVE = ("exclusive_process", "exclusive_thread")
_BUSY = 46


@book.rule(
    "error",
    who="administrator",
    message="{gpu} does not answer any more: it fell off the bus.",
    fix="Take the machine out of use and restart it; look at power and seating where it comes"
    " back.",
)
def gpu_lost(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if reading.state == "lost":
            yield found((f"NVML, {reading.uuid}", "GPU is lost"), gpu=gpu)


@book.rule(
    "error",
    who="administrator",
    message="{gpu} has to be reset before it can be used.",
    fix="End what runs on it, then 'nvidia-smi --gpu-reset', or restart the machine.",
)
def gpu_reset_required(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if reading.state == "reset_required":
            yield found((f"NVML, {reading.uuid}", "reset required"), gpu=gpu)


def _xids(facts: Facts, kinds: frozenset[int]) -> Iterator[Found]:
    seen: dict[tuple[str, str], str] = {}
    for line in facts.host.log:
        match = _XID.search(line)
        if match and int(match[2]) in kinds:
            seen[match[1], match[2]] = line
    for (address, number), line in seen.items():
        yield found(("kernel log", line), address=address, number=number)


@book.rule(
    "error",
    who="administrator",
    message="The GPU at {address} reported a fault of the hardware (Xid {number}) since the machine"
    " was started.",
    fix="Look it up in NVIDIA's list of Xid errors; reset the GPU, or have it replaced.",
)
def gpu_fault(facts: Facts) -> Iterator[Found]:
    yield from _xids(facts, _HARDWARE)


@book.rule(
    "note",
    message="A program did something wrong on the GPU at {address} and was ended (Xid {number}).",
    fix="If it was yours, look for an index out of bounds or a mismatch of builds in it; the GPU"
    " itself is well.",
)
def gpu_program_fault(facts: Facts) -> Iterator[Found]:
    yield from _xids(facts, _PROGRAMS)


@book.rule(
    "error",
    who="administrator",
    message="{gpu} has memory errors that could not be corrected ({count} since the driver was"
    " loaded). Results may be wrong.",
    fix="Reset the GPU; have it replaced where they come back.",
)
def memory_errors(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if reading.ecc_uncorrected > 0:
            count = reading.ecc_uncorrected
            yield found((f"NVML, {reading.uuid}", f"{count} uncorrected"), gpu=gpu, count=count)


@book.rule(
    "error",
    who="administrator",
    message="{gpu} has failing memory and no spare left for it.",
    fix="Have the GPU replaced.",
)
def memory_remap_failed(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if reading.remap_failed:
            yield found((f"NVML, {reading.uuid}", "row remapping failed"), gpu=gpu)


@book.rule(
    "warning",
    who="administrator",
    message="{gpu} is slowed down because it is hot{temperature}.",
    fix="Look at fans, filters and the air around the machine.",
)
def gpu_hot(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if _HOT & set(reading.throttle):
            degrees = reading.temperature
            shown = f" ({degrees} °C)" if degrees is not None else ""
            seen = (f"NVML, {reading.uuid}", f"clocks held back: {', '.join(reading.throttle)}")
            yield found(seen, gpu=gpu, temperature=shown)


@book.rule(
    "warning",
    who="administrator",
    message="{gpu} is slowed down by the machine's power supply.",
    fix="Look at the power supply, its cables and its limits.",
)
def gpu_power_brake(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        # Slowed down for heat is another rule's, and sets the general bit as well.
        general = "slowdown" in reading.throttle and not _HOT & set(reading.throttle)
        if "power_brake" in reading.throttle or general:
            seen = (f"NVML, {reading.uuid}", f"clocks held back: {', '.join(reading.throttle)}")
            yield found(seen, gpu=gpu)


@book.rule(
    "error",
    who="administrator",
    message="{gpu} is set so that no program may compute on it.",
    fix="Set its compute mode to default: 'nvidia-smi -c 0'.",
)
def compute_prohibited(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if reading.compute_mode == "prohibited":
            yield found((f"NVML, {reading.uuid}", "compute mode prohibited"), gpu=gpu)


@book.rule(
    "error",
    message="{gpu} takes one program at a time, and {holder} has it.",
    fix="Use another GPU, wait, or shut down what has it where it is yours.",
    action="stop-kernel",
)
def gpu_exclusive(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if reading.compute_mode in _EXCLUSIVE and reading.holders:
            holder = reading.holders[0]
            subject = holder.kernel if holder.owner == "mine" else None
            seen = (f"NVML, {reading.uuid}", f"compute mode {reading.compute_mode}")
            yield found(seen, gpu=gpu, holder=_named(holder), subject=subject)
            return
    if code(facts) == _BUSY:
        yield found(("cuInit", _BUSY), gpu="The GPU", holder="another program")


def _named(holder: Hold) -> str:
    if holder.owner == "other":
        return "another user"
    return f"your notebook {holder.notebook}" if holder.notebook else "a process of yours"


@book.rule(
    "error",
    who="administrator",
    message="{gpu} is set up to be cut into slices (MIG), but has none: nothing can compute on it.",
    fix="Create GPU and compute instances ('nvidia-smi mig -cgi ... -C'), or turn MIG off.",
)
def mig_without_slices(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if reading.mig and not reading.slices:
            yield found((f"NVML, {reading.uuid}", "MIG on, 0 instances"), gpu=gpu)


@book.rule(
    "warning",
    who="administrator",
    message="MIG was turned {wanted} on {gpu}, which takes effect after a reset only.",
    fix="Reset the GPU when nobody uses it.",
)
def mig_reset_needed(facts: Facts) -> Iterator[Found]:
    for gpu, reading in named(facts):
        if reading.mig_pending:
            now = "on" if reading.mig else "off"
            wanted = "off" if reading.mig else "on"
            seen = (f"NVML, {reading.uuid}", f"MIG mode {now}, pending {wanted}")
            yield found(seen, gpu=gpu, wanted=wanted)


@book.rule(
    "note",
    message="{gpu} shares its memory with the machine: what is shown as its memory is the"
    " machine's, and other programs need it too.",
    fix="Leave memory for the rest of the machine, for instance with smaller batches.",
)
def memory_shared(facts: Facts) -> Iterator[Found]:
    for gpu in gpus(facts):
        if gpu.unified:
            yield found((f"NVML, {gpu.uuid}", gpu.name or "unified"), gpu=f"GPU {gpu.index}")
