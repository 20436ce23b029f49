"""Rules about GPUs, their driver and the kernel: layer *host*.

The codes are CUDA's driver API's (``cuInit``): 0 fine, 3 not initialised, 34 stub library,
46 device unavailable, 100 no device, 101 invalid device, 802 system not ready, 803 driver
mismatch, 804 compatibility not supported, 999 unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_envs.doctor.facts import Facts, Library

from .about import code, driver_state, gpus, has_nvidia, nvidia_devices, switches
from .book import Book, Found, found

book = Book("host")

_OTHERS = {"0x1002": "AMD", "0x8086": "Intel"}
#: Codes that a rule of their own explains, here or in another layer.
_EXPLAINED = frozenset((0, 34, 46, 100, 803, 804))
_NOT_READY, _MISMATCH, _UNKNOWN, _NO_DEVICE = 802, 803, 999, 100
_VERSIONED = re.compile(r"libcuda\.so\.(\d+\.\d+(?:\.\d+)?)$")
#: What NVIDIA's container toolkit goes by.
CAPABILITIES = "NVIDIA_DRIVER_CAPABILITIES"
#: What kernels say whose memory hot-plugging collides with the driver's (CUDA 13.1 notes).
_MEMORY_BUG = "request_free_mem_region"


def _cuda(facts: Facts) -> tuple[str, object]:
    answer = facts.gpus.cuda
    assert answer is not None
    where = f" ({answer.path})" if answer.path else ""
    return f"cuInit{where}", answer.code


def _bus(facts: Facts) -> tuple[str, object]:
    device = nvidia_devices(facts)[0]
    return f"/sys/bus/pci/devices/{device.address}/vendor", device.vendor


def withheld(facts: Facts) -> str | None:
    """The capabilities that a container was given without those for computing."""
    for environ in (facts.host.init_environ, facts.host.environ):
        value = environ.get(CAPABILITIES)
        words = (value or "").replace(" ", "").split(",")
        if facts.host.container and value is not None and not {"compute", "all"} & set(words):
            return value
    return None


def has_control(facts: Facts) -> bool:
    """Whether programs here can reach the driver."""
    return any(node.path == "/dev/nvidiactl" for node in facts.host.nodes)


def library(facts: Facts) -> Library | None:
    """The libcuda that the system itself offers."""
    named = (one for one in facts.host.libraries if one.name == "libcuda.so.1")
    return next((one for one in named if one.origin != "variable"), None)


@book.rule(
    "note",
    message="This is WSL: the driver is Windows' own, and some values of the GPU are not told.",
    fix="Update the driver in Windows; install none in Linux.",
)
def wsl(facts: Facts) -> Iterator[Found]:
    offered = library(facts)
    if facts.host.wsl and offered and offered.origin == "wsl":
        yield found(("/proc/version", "microsoft"), (offered.path, "the driver's library"))


@book.rule(
    "error",
    message="This is WSL, and a driver for Linux is installed in it ({path}), which takes the"
    " place of the one that Windows lends.",
    fix="Remove the Linux packages of the NVIDIA driver from WSL; the driver in Windows is enough.",
    who="administrator",
)
def wsl_linux_driver(facts: Facts) -> Iterator[Found]:
    offered = library(facts)
    if facts.host.wsl and offered and offered.origin == "system":
        path = offered.path
        yield found(("/proc/version", "microsoft"), (path, offered.target), path=path)


@book.rule(
    "note",
    message="The GPU of this machine is {vendor}'s. Builds for CUDA cannot use it.",
    fix="Choose builds for this GPU (ROCm for AMD, MPS for Apple), or builds for CPUs.",
)
def gpu_not_nvidia(facts: Facts) -> Iterator[Found]:
    if has_nvidia(facts):
        return
    inventory = facts.gpus.inventory
    told = {g.vendor for g in inventory.gpus} if inventory else set()
    if "apple" in told:
        yield found(("system", facts.host.system), vendor="Apple")
        return
    for device in facts.host.devices:
        if device.kind.startswith("0x03") and device.vendor in _OTHERS:
            vendor = _OTHERS[device.vendor]
            yield found(
                (f"/sys/bus/pci/devices/{device.address}/vendor", device.vendor), vendor=vendor
            )
            return


@book.rule(
    "note",
    blocking=True,
    message="This machine has no GPU. Environments compute on its processors.",
    fix="Choose builds for CPUs, or work on a machine with a GPU.",
)
def gpu_none(facts: Facts) -> Iterator[Found]:
    host = facts.host
    others = any(d.vendor in _OTHERS and d.kind.startswith("0x03") for d in host.devices)
    told = facts.gpus.inventory is not None and bool(facts.gpus.inventory.gpus)
    quiet = driver_state(facts) in (None, "none", "ok", "not_loaded")
    if not (has_nvidia(facts) or others or told or host.wsl or host.driver) and quiet:
        yield found(("/sys/bus/pci/devices", f"{len(host.devices)} devices, no GPU"))


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="There is an NVIDIA GPU, but Linux uses the driver nouveau for it, which cannot"
    " compute.",
    fix="Install NVIDIA's driver, and keep nouveau from being loaded (blacklist nouveau).",
)
def nouveau_loaded(facts: Facts) -> Iterator[Found]:
    if nvidia_devices(facts) and "nouveau" in facts.host.modules and facts.host.driver is None:
        yield found(_bus(facts), ("/proc/modules", "nouveau"))


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="NVIDIA's driver is installed, but its kernel module is not loaded.",
    fix="Load it ('modprobe nvidia'). Where that fails, build the module for this kernel (dkms),"
    " or sign it for Secure Boot.",
)
def driver_not_loaded(facts: Facts) -> Iterator[Found]:
    offered, host = library(facts), facts.host
    told = driver_state(facts) == "not_loaded" and has_nvidia(facts)
    seen = bool(nvidia_devices(facts)) and offered is not None and not host.container
    if (told or seen) and host.driver is None and not host.wsl:
        path = offered.path if offered else "libnvidia-ml.so.1"
        yield found((path, "there"), ("/proc/driver/nvidia/version", "not there"))


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="There is an NVIDIA GPU, but no driver for it is installed.",
    fix="Install NVIDIA's driver.",
)
def driver_missing(facts: Facts) -> Iterator[Found]:
    host = facts.host
    absent = host.driver is None and library(facts) is None and not (host.wsl or host.container)
    if nvidia_devices(facts) and absent and driver_state(facts) in (None, "none"):
        yield found(_bus(facts), ("/proc/driver/nvidia/version", "not there"))


@book.rule(
    "error",
    who="administrator",
    message="NVIDIA's driver is loaded, but programs cannot load its library, so nothing can"
    " compute on the GPU: {reason}",
    fix="Install the driver's library (libcuda) in the version {driver}; start a container with it"
    " (capability compute). Where it is in another folder, name that in LD_LIBRARY_PATH.",
)
def library_missing(facts: Facts) -> Iterator[Found]:
    host, answer = facts.host, facts.gpus.cuda
    reached = host.driver is not None and (has_control(facts) or not host.container)
    told = withheld(facts) is not None or host.wsl  # by rules of their own
    if answer and answer.load_error and reached and nvidia_devices(facts) and not told:
        yield found(("libcuda.so.1", answer.load_error), reason=answer.load_error,
                    driver=host.driver)  # fmt: skip


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="The driver was updated while it was in use: its library ({library}) and its kernel"
    " module ({module}) differ.",
    fix="Restart the machine, or unload and load the module; restart a container.",
)
def driver_mismatch(facts: Facts) -> Iterator[Found]:
    offered, module = library(facts), facts.host.driver
    match = _VERSIONED.search(offered.target) if offered else None
    differs = bool(match and module and match[1] != module)
    if not (differs or driver_state(facts) == "version_mismatch" or code(facts) == _MISMATCH):
        return
    shown = match[1] if match else "version not known"
    seen = [("/proc/driver/nvidia/version", module or "not there")]
    if offered:
        seen.append((offered.path, offered.target))
    if code(facts) == _MISMATCH:
        seen.append(("cuInit", str(_MISMATCH)))
    yield found(*seen, library=shown, module=module or "version not known")


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="CUDA does not start: the kernel has no room for the GPU's memory in its map, which is"
    " a known fault of some kernels with randomised addresses.",
    fix="Load the module nvidia_uvm with uvm_disable_hmm=1, or start the kernel with nokaslr.",
)
def kernel_memory_bug(facts: Facts) -> Iterator[Found]:
    line = next((line for line in facts.host.log if _MEMORY_BUG in line), None)
    answer = code(facts)
    if answer not in (None, 0) and (line or (answer == _NOT_READY and not switches(facts))):
        yield found(_cuda(facts), *([("kernel log", line)] if line else ()))


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="The GPUs are connected by NVSwitch, and the service that sets it up does not run.",
    fix="Start nvidia-fabricmanager, in the same version as the driver.",
)
def fabric_manager_down(facts: Facts) -> Iterator[Found]:
    if code(facts) == _NOT_READY and switches(facts):
        yield found(_cuda(facts), ("/sys/bus/pci/devices", f"{len(switches(facts))} NVSwitches"))


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="CUDA cannot start: the device file /dev/nvidia-uvm is missing.",
    fix="Run 'nvidia-modprobe -u -c=0' at start-up; in a container, add the device.",
)
def uvm_missing(facts: Facts) -> Iterator[Found]:
    paths = {node.path for node in facts.host.nodes}
    there = any(re.fullmatch(r"/dev/nvidia\d+", path) for path in paths)
    # The driver makes the file at the first use, so its absence alone says nothing.
    if there and "/dev/nvidia-uvm" not in paths and code(facts) not in (None, 0):
        yield found(_cuda(facts), ("/dev/nvidia-uvm", "not there"))


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="NVIDIA's driver does not answer since {since}: what asks it hangs.",
    fix="Look into the kernel's log for Xid and hung tasks; the machine may need a restart.",
)
def driver_hangs(facts: Facts) -> Iterator[Found]:
    if facts.gpus.stale_since:
        yield found(("NVML", "no answer"), since=facts.gpus.stale_since)


@book.rule(
    "error",
    who="administrator",
    message="NVIDIA's driver fails with error {code}.",
    fix="Look into the kernel's log for lines of NVRM; restart the machine, or"
    " this server where it is in a container.",
)
def driver_fails(facts: Facts) -> Iterator[Found]:
    inventory = facts.gpus.inventory
    if inventory and inventory.state == "error":
        shown = inventory.code if inventory.code is not None else "(unknown)"
        yield found(("NVML", shown), code=shown)


@book.rule(
    "error",
    who="administrator",
    blocking=True,
    message="CUDA does not answer: cuInit had not returned after {seconds} seconds.",
    fix="Look into the kernel's log for Xid and hung tasks; the GPU may need a reset, or the"
    " machine a restart.",
)
def cuda_hangs(facts: Facts) -> Iterator[Found]:
    answer = facts.gpus.cuda
    if answer and answer.timeout is not None:
        yield found(("cuInit", "no answer"), seconds=f"{answer.timeout:g}")


@book.rule(
    "error",
    who="administrator",
    message="The driver tells of {count} GPUs, but CUDA sees none.",
    fix="Compare with nvidia-smi: MIG without instances, a scheduler or a container may keep them"
    " away.",
)
def cuda_no_device(facts: Facts) -> Iterator[Found]:
    if code(facts) == _NO_DEVICE and gpus(facts):
        yield found(_cuda(facts), ("nvidia-smi -L", len(gpus(facts))), count=len(gpus(facts)))


@book.rule(
    "warning",
    who="administrator",
    message="This machine has an NVIDIA GPU and a driver that works, but the driver shows no GPU to"
    " this server.",
    fix="Give it the GPU where the container, the job or the virtual machine is started: its device"
    " file (/dev/nvidia0 and so on) is missing, or not allowed.",
)
def gpu_not_given(facts: Facts) -> Iterator[Found]:
    host = facts.host
    works = driver_state(facts) == "ok" and host.driver is not None and not host.wsl
    if works and nvidia_devices(facts) and not gpus(facts):
        yield found(_bus(facts), ("nvidia-smi -L", "no GPU"))


@book.rule(
    "error",
    who="administrator",
    message="CUDA does not start: cuInit answers {code}.",
    fix="Look into the kernel's log for lines of NVRM; restart the machine where nothing helps.",
)
def cuda_fails(facts: Facts) -> Iterator[Found]:
    answer, contained = code(facts), facts.host.container is not None
    explained = answer in _EXPLAINED or (answer == _UNKNOWN and contained)
    if answer is not None and not explained:
        yield found(_cuda(facts), code=answer)
