"""A kernel from its start to its first executed cell, as a Jupyter server would start it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from benchmarks.measure import stopwatch

_PATIENCE_SECONDS = 60.0
_CELL = "sum(range(10))"


def plain_kernelspec(folder: Path, python: Path) -> Path:
    """A folder of kernels with one, ``plain``: ``python -m ipykernel_launcher``."""
    spec = folder / "plain" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "plain", "language": "python"}))
    return folder


def first_cell(kernels: Path, name: str) -> float:
    """Seconds until a cell has run; the kernel is ended outside of them."""
    with tempfile.TemporaryDirectory() as folder:
        manager = KernelManager(
            kernel_name=name,
            connection_file=str(Path(folder) / "connection.json"),
            kernel_spec_manager=KernelSpecManager(
                kernel_dirs=[str(kernels)], ensure_native_kernel=False
            ),
        )
        with stopwatch() as clock:
            manager.start_kernel(
                cwd=folder,
                env=dict(os.environ),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            client = manager.blocking_client()
            client.start_channels()
            _wait_for_reply(client.execute(_CELL), client.get_shell_msg)
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
    return clock.seconds


def _wait_for_reply(message: str, receive: Callable[..., dict[str, Any]]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            reply = receive(timeout=1.0)
        except Empty:
            continue
        if reply["parent_header"].get("msg_id") == message:
            if reply["content"]["status"] != "ok":
                raise RuntimeError(f"the cell failed: {reply['content']}")
            return
    raise TimeoutError("the kernel did not answer")


def kernels_dir(home: Path) -> Path:
    """Where a sandbox user's kernels are."""
    return home / "jupyter" / "kernels"
