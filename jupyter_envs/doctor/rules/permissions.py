"""Rules about what this user may do: layer *permissions*."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_envs.doctor.facts import Facts, Place

from .about import driver_state, nvidia_devices
from .book import Book, Found, found

book = Book("permissions")

#: By these Slurm tells a job of its GPUs.
_GRANTED = (
    "SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "SLURM_GPUS", "SLURM_GPUS_ON_NODE", "GPU_DEVICE_ORDINAL",
)  # fmt: skip


def _denied(place: Place | None) -> bool:
    read_only = bool(place and place.mount and "ro" in place.mount.options)
    return bool(place and not place.writable and not read_only)


@book.rule(
    "error",
    message="The folder of the environments cannot be written: {folder}",
    fix="Choose a folder of your own (the variable JUPYTER_ENVS_DIR, or envs_dirs in ~/.condarc),"
    " or ask for the right to write there.",
)
def envs_dir_not_writable(facts: Facts) -> Iterator[Found]:
    place = facts.storage.envs
    if place and _denied(place):
        yield found((place.path, "not writable"), folder=place.path)


@book.rule(
    "error",
    message="The cache of packages cannot be written: {folder}",
    fix="Choose another folder: the variable JUPYTER_ENVS_CACHE_DIR, or pkgs_dirs in ~/.condarc.",
)
def cache_not_writable(facts: Facts) -> Iterator[Found]:
    place = facts.storage.cache
    if place and _denied(place):
        yield found((place.path, "not writable"), folder=place.path)


@book.rule(
    "error",
    message="Jupyter's folder for kernels cannot be written: {folder}. Environments can be made,"
    " but their kernels do not appear.",
    fix="Make the folder yours ('ls -ld' shows whose it is), or choose another by"
    " JUPYTER_DATA_DIR.",
)
def kernels_dir_not_writable(facts: Facts) -> Iterator[Found]:
    place = facts.storage.kernels
    if place and _denied(place):
        yield found((place.path, "not writable"), folder=place.path)


@book.rule(
    "warning",
    blocking=True,
    message="This is a job of Slurm, and it was given no GPU.",
    fix="Ask for one when the job is started, for instance --gres=gpu:1.",
)
def job_without_gpu(facts: Facts) -> Iterator[Found]:
    environ = facts.host.environ
    granted = any(environ.get(name) for name in _GRANTED)
    if environ.get("SLURM_JOB_ID") and not granted and nvidia_devices(facts):
        seen = ("SLURM_JOB_ID", environ["SLURM_JOB_ID"]), ("SLURM_JOB_GPUS", "not set")
        yield found(*seen)


@book.rule(
    "error",
    who="administrator",
    message="This user may not use the GPU: no permission for {devices}.",
    fix="Put the user into the group of the device files (often video or render), or change their"
    " mode by a udev rule.",
)
def gpu_not_permitted(facts: Facts) -> Iterator[Found]:
    denied = [node.path for node in facts.host.nodes if not node.usable]
    if denied:
        yield found(*((path, "no read and write") for path in denied), devices=", ".join(denied))
    elif driver_state(facts) == "no_permission":
        yield found(("NVML", "no permission"), devices="the driver")
