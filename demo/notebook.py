"""Running a notebook's cells on a kernel that a Jupyter server has started."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

_SECONDS = 120


def run_cells(connection_file: Path, cells: Sequence[str]) -> bool:
    """Print what the cells print; whether all of them ended well."""
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_SECONDS)
        return all(_run(client, cell) for cell in cells)
    finally:
        client.stop_channels()


def _run(client: BlockingKernelClient, cell: str) -> bool:
    reply = client.execute_interactive(cell, output_hook=_print, timeout=_SECONDS)
    return bool(reply["content"]["status"] == "ok")


def _print(message: dict[str, Any]) -> None:
    content = message["content"]
    if message["msg_type"] == "stream":
        print(content["text"], end="")
    elif message["msg_type"] == "error":
        print(f"{content['ename']}: {content['evalue']}")
