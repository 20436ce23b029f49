"""Runs in the foreign Jupyter: reads one JSON call a line, answers one JSON line."""

from __future__ import annotations

import json
import sys
import uuid
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

TIMEOUT = 60
kernels: dict[str, tuple[Any, Any]] = {}


def specs() -> list[str]:
    return sorted(KernelSpecManager().find_kernel_specs())


def start(kernel: str) -> str:
    handle = uuid.uuid4().hex
    kernels[handle] = start_new_kernel(kernel_name=kernel, startup_timeout=TIMEOUT)
    return handle


def run(handle: str, code: str) -> str:
    client = kernels[handle][1]
    printed: list[str] = []

    def collect(message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "stream":
            printed.append(content["text"])
        elif message["msg_type"] == "error":
            printed.append("\n".join(content["traceback"]))

    reply = client.execute_interactive(code, timeout=TIMEOUT, output_hook=collect)
    if reply["content"]["status"] != "ok":
        raise RuntimeError("".join(printed) or str(reply["content"]))
    return "".join(printed)


def restart(handle: str) -> None:
    manager, client = kernels[handle]
    manager.restart_kernel(now=False)
    client.wait_for_ready(timeout=TIMEOUT)


def pid(handle: str) -> int:
    return int(kernels[handle][0].provisioner.pid)


def stop(handle: str) -> None:
    manager, client = kernels.pop(handle)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


CALLS = {f.__name__: f for f in (specs, start, run, restart, pid, stop)}


def main() -> None:
    for line in sys.stdin:
        call = json.loads(line)
        try:
            answer = {"result": CALLS[call.pop("do")](**call)}
        except Exception as error:  # noqa: BLE001 - the test shall see it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    for handle in list(kernels):
        stop(handle)


main()
