"""Fixtures of the rules about disks, settings, permissions and containers."""

from __future__ import annotations

from .case import Fixture, both
from .world import Plant, World

_LONG = "/" + "x" * 100 + "/" + "y" * 100


def _condarc(text: str) -> Plant:
    return lambda w: (w.home / ".condarc").write_text(text)


def _pip(text: str) -> Plant:
    def plant(world: World) -> None:
        file = world.home / ".config" / "pip" / "pip.conf"
        file.parent.mkdir(parents=True)
        file.write_text(text)

    return plant


def _mounted(kind: str, options: str = "rw") -> Plant:
    return lambda w: w.mount(str(w.home), kind, options, device="0:44")


CASES: dict[str, Fixture] = {
    # -- disks --------------------------------------------------------------------------------
    "disk_full": Fixture(
        lambda w: w.space(free=400_000_000),
        lambda w: w.space(free=5_000_000_000),
    ),
    "disk_nearly_full": Fixture(
        lambda w: w.space(free=1_500_000_000),
        lambda w: w.space(free=2_500_000_000),
    ),
    "files_nearly_full": Fixture(
        lambda w: w.space(files_free=1000),
        lambda w: w.space(files_total=0, files_free=0),  # btrfs does not count them
    ),
    "envs_dir_slow": Fixture(_mounted("nfs4"), _mounted("xfs")),
    "envs_dir_noexec": Fixture(
        _mounted("ext4", "rw,nosuid,noexec"),
        _mounted("ext4", "rw,nosuid,nodev"),
    ),
    "envs_dir_read_only": Fixture(
        both(_mounted("ext4", "ro,relatime"), lambda w: w.deny(w.envs, w.cache, w.kernels_dir)),
        _mounted("ext4", "rw,errors=remount-ro"),
    ),
    "envs_dir_too_deep": Fixture(
        lambda w: w.move(_LONG),
        lambda w: w.move(_LONG[:150]),
    ),
    "cache_elsewhere": Fixture(
        lambda w: w.mount(str(w.cache), "ext4", device="8:2"),
        # A subvolume: names cannot be shared with the rest of the disk, bytes can.
        both(_mounted("btrfs"), lambda w: w.mount(str(w.cache), "btrfs", device="0:44")),
    ),
    "temporary_unusable": Fixture(
        lambda w: w.set(TMPDIR=str(w.root / "gone")),
        lambda w: w.set(TMPDIR=str(w.home)),
    ),
    # -- settings -----------------------------------------------------------------------------
    "conda_settings_invalid": Fixture(_condarc("channels: [a\n"), _condarc("channels: [a]\n")),
    "conda_channels_mixed": Fixture(
        _condarc("channels: [conda-forge, defaults]\n"),
        _condarc("channels: [conda-forge, bioconda]\n"),
    ),
    "conda_ssl_off": Fixture(_condarc("ssl_verify: false\n"), _condarc("ssl_verify: true\n")),
    "conda_offline": Fixture(_condarc("offline: true\n"), _condarc("offline: false\n")),
    "conda_priority_not_strict": Fixture(
        _condarc("channel_priority: flexible\n"),
        _condarc("channel_priority: strict\n"),
    ),
    "pip_settings_invalid": Fixture(_pip("[global\nuser = yes\n"), _pip("[global]\ntimeout = 5\n")),
    "pip_installs_elsewhere": Fixture(
        _pip("[install]\nuser = true\n"), _pip("[install]\nuser = false\n")
    ),
    "pip_requires_virtualenv": Fixture(
        lambda w: w.set(PIP_REQUIRE_VIRTUALENV="true"),
        lambda w: w.set(PIP_REQUIRE_VIRTUALENV="0"),
    ),
    # -- permissions --------------------------------------------------------------------------
    "envs_dir_not_writable": Fixture(
        lambda w: w.deny(w.envs),
        lambda w: w.deny(w.home),  # one need not write beside it
    ),
    "cache_not_writable": Fixture(lambda w: w.deny(w.cache), lambda w: w.deny(w.home)),
    "kernels_dir_not_writable": Fixture(
        lambda w: w.deny(w.kernels_dir),
        lambda w: w.deny(w.system_kernels),
    ),
    "job_without_gpu": Fixture(
        lambda w: w.set(SLURM_JOB_ID="7"),
        lambda w: w.set(SLURM_JOB_ID="7", SLURM_JOB_GPUS="0"),
    ),
    "gpu_not_permitted": Fixture(
        lambda w: w.deny("/dev/nvidia0", "/dev/nvidiactl"),
        lambda w: w.write("/dev/nvram", ""),
    ),
    # -- containers ---------------------------------------------------------------------------
    "container_gpus_hidden": Fixture(
        both(
            World.contained_without_gpu,
            lambda w: w.write("/proc/1/environ", "NVIDIA_VISIBLE_DEVICES=void\0"),
        ),
        # Kubernetes says so of a container to which it then hands a GPU by other means.
        both(World.container, lambda w: w.set(NVIDIA_VISIBLE_DEVICES="void")),
    ),
    "container_without_gpu": Fixture(World.contained_without_gpu, World.container),
    "container_no_compute": Fixture(
        both(
            World.container,
            World.no_library,
            lambda w: w.set(NVIDIA_DRIVER_CAPABILITIES="utility"),
        ),
        both(World.container, lambda w: w.set(NVIDIA_DRIVER_CAPABILITIES="utility,compute")),
    ),
    "container_gpu_gone": Fixture(
        both(World.container, lambda w: w.state("gone", 999)),
        World.container,
    ),
    "gpu_blocked": Fixture(
        both(World.container, lambda w: w.state("blocked", 17)),
        both(World.container, lambda w: w.state("error", 10)),
        still=("driver_fails",),
    ),
    "compat_unsupported": Fixture(
        lambda w: w.cuda(code=804, path="/usr/local/cuda/compat/libcuda.so.1"),
        lambda w: w.cuda(code=0, path="/usr/local/cuda/compat/libcuda.so.1"),
    ),
}
