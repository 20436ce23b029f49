"""Proof that a kernel works: start it as Jupyter would and wait for its answer."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

from jupyter_envs.errors import KernelFailed, NoSpace, disk_error
from jupyter_envs.store import KernelRecord

from .kernelspecs import KERNEL_VARIABLE, Offer

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.manager import KernelManager

#: Set by containers and test runs; the first start could then leave no bytecode behind.
_NOT_FOR_VERIFY = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")

_KILL_SECONDS = 5.0


#: jupyter_client chooses free ports before the kernel takes them; in between another program
#: may. That says nothing about the kernel.
_PORT_TAKEN = "address already in use"
_ATTEMPTS = 4


class _EndedError(Exception):
    """The kernel's process is gone."""


def preload() -> None:
    """Load what :func:`verify_kernel` needs, which takes longer than most commands: in a thread,
    while something else is waited for."""
    from jupyter_client.manager import KernelManager  # noqa: F401 - into memory
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    KernelProvisionerFactory.instance()  # it looks through all installed packages


def verify_kernel(offer: Offer, content: dict[str, Any], *, timeout: float) -> KernelRecord:
    """Start the kernel from ``content`` (a kernel.json) and ask for its ``kernel_info``; again
    where another program was faster at its ports.

    ``timeout`` is in seconds. Raises KernelFailed with the last lines the kernel wrote.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return _started(offer, content, timeout)
        except KernelFailed as error:
            if _PORT_TAKEN not in "\n".join(error.details or ()).lower():
                raise
    return _started(offer, content, timeout)


def _started(offer: Offer, content: dict[str, Any], timeout: float) -> KernelRecord:
    # Here, since importing it takes longer than most commands that never start a kernel.
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    with tempfile.TemporaryDirectory(prefix="jupyter-envs-verify-") as name:
        folder = Path(name)
        _place(folder / "kernels" / offer.folder.lower(), offer, _unmarked(content))
        manager = KernelManager(
            kernel_name=offer.folder.lower(),
            connection_file=str(folder / "connection.json"),
            ip="127.0.0.1",  # else it would look for all addresses of this machine
            kernel_spec_manager=KernelSpecManager(
                kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False
            ),
        )
        with (folder / "output").open("w+b") as output:
            return _run(manager, offer, folder, output, timeout)


def _place(folder: Path, offer: Offer, content: dict[str, Any]) -> None:
    """The kernelspec for a moment: nothing of it has to outlive a power cut, and the disk is busy
    with the packages."""
    folder.mkdir(parents=True)
    for path in offer.path.iterdir():
        if path.is_file() and path.name != "kernel.json":
            shutil.copyfile(path, folder / path.name)
    (folder / "kernel.json").write_text(json.dumps(content), "utf-8")


def _unmarked(content: dict[str, Any]) -> dict[str, Any]:
    """The kernelspec without what makes its starts count: a proof is nobody's use of it."""
    env = {k: v for k, v in content.get("env", {}).items() if k != KERNEL_VARIABLE}
    return {**content, "env": env}


def _run(
    manager: KernelManager, offer: Offer, folder: Path, output: Any, timeout: float
) -> KernelRecord:
    started = time.monotonic()
    environment = {k: v for k, v in os.environ.items() if k not in _NOT_FOR_VERIFY}
    client: BlockingKernelClient | None = None
    try:
        manager.start_kernel(cwd=str(folder), env=environment, stdout=output, stderr=output)
        client = manager.blocking_client()
        client.start_channels()
        info = _kernel_info(manager, client, started + timeout)
    except TimeoutError as error:
        raise KernelFailed(
            reason=f"it did not answer within {timeout:g} seconds",
            hint="If it is only slow, raise --kernel-timeout; nothing was published.",
            details=_tail(folder / "output"),
        ) from error
    except _EndedError as error:
        said = _tail(folder / "output")
        last = f" ({said[-1].strip()})" if said else ""
        raise KernelFailed(
            reason=f"its process ended before it answered{last}", details=said
        ) from error
    except OSError as error:
        if isinstance(told := disk_error(error, folder), NoSpace):
            raise told from error
        raise KernelFailed(reason=str(error), details=_tail(folder / "output")) from error
    finally:
        if client is not None:
            client.stop_channels()
        _end(manager)
        manager.cleanup_resources()
    return KernelRecord(
        folder=offer.folder,
        language=str(info.get("language_info", {}).get("name", offer.language)),
        implementation=str(info.get("implementation", "")),
        version=str(info.get("language_info", {}).get("version", "")),
        seconds=round(time.monotonic() - started, 3),
    )


def _end(manager: KernelManager) -> None:
    """End the kernel's processes and forget it. The manager alone looks every 0.1 s only."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None and manager.has_kernel:
        with suppress(OSError, subprocess.TimeoutExpired):
            manager.signal_kernel(signal.SIGKILL)
            process.wait(_KILL_SECONDS)
    manager.shutdown_kernel(now=True)


def _kernel_info(
    manager: KernelManager, client: BlockingKernelClient, deadline: float
) -> dict[str, Any]:
    # wait_for_ready would also drain iopub and guess; here only the answer counts.
    client.kernel_info()
    while time.monotonic() < deadline:
        try:
            reply = client.get_shell_msg(timeout=0.2)
        except Empty:
            if not manager.is_alive():
                raise _EndedError from None
            continue
        if reply["msg_type"] == "kernel_info_reply":
            return dict(reply["content"])
    raise TimeoutError


def _tail(path: Path, lines: int = 40) -> list[str]:
    text = path.read_text("utf-8", "replace") if path.exists() else ""
    return text.strip().splitlines()[-lines:]
