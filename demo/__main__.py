"""From ``environment.yml`` to a notebook that ran on its kernel, by a Jupyter server's REST API."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from demo.notebook import run_cells
from demo.setting import Setting, setting
from tests.support.api_client import ENDED, PREFIX, ApiClient
from tests.support.server import JupyterServer

NOTEBOOK = (
    """\
import sys, os, platform
print("python    ", platform.python_version())
print("prefix    ", sys.prefix)
print("greeting  ", os.environ["DEMO_GREETING"])
""",
    """\
import numpy, pandas, matplotlib, tabulate
for module in (numpy, pandas, matplotlib, tabulate):
    print(f"{module.__name__:<10}", module.__version__)
""",
    """\
print(tabulate.tabulate(pandas.DataFrame({"x": numpy.arange(3) ** 2})))
""",
)
_FOLLOW_SECONDS = 1800.0
_POLL_SECONDS = 0.2


def main() -> int:
    """Run it all; returns an exit code."""
    with setting() as here:
        server = JupyterServer(here.environ, here.folder / "server", root=here.work)
        with server:
            print(f"\nA Jupyter server answers at {server.url}{PREFIX}")
            return _demonstrate(here, server)


def _demonstrate(here: Setting, server: JupyterServer) -> int:
    client = server.client
    print('\nPOST environments {"source": {"kind": "file", "path": "environment.yml"}}', flush=True)
    source = {"kind": "file", "path": "environment.yml"}
    started = client.post("environments", {"source": source}).expect(202)
    ended = _follow(client, started["id"])
    if ended["state"] != "succeeded":
        print(f"\n{ended['error']['message']}\n{ended['error']['hint'] or ''}")
        return 1
    ran = _run_notebook(here, server)
    _report(client, ended)
    removed = client.follow(client.delete("environments/demo", force=True).expect(202)["id"])
    return 0 if ran and removed["state"] == "succeeded" else 1


def _follow(client: ApiClient, operation: str) -> dict[str, Any]:
    """Print each phase with what it counted, until the operation has ended."""
    after, phase, deadline = -1, "", time.monotonic() + _FOLLOW_SECONDS
    while time.monotonic() < deadline:
        answer = client.get(f"operations/{operation}/events", after=after).expect(200)
        for event in answer["events"]:
            after = event["seq"]
            if event["code"] == "progress" and event["phase"] != phase:
                phase = event["phase"]
                total = f" {event['total']} {event['unit']}" if event["total"] else ""
                print(f"  {phase}{total}", flush=True)
            elif event["code"] == "package_added":
                print(f"  {event['params']['name']} was added", flush=True)
        if answer["operation"]["state"] in ENDED:
            ended: dict[str, Any] = answer["operation"]
            return ended
        time.sleep(_POLL_SECONDS)
    raise TimeoutError(f"operation {operation} goes on for more than {_FOLLOW_SECONDS:.0f} s")


def _run_notebook(here: Setting, server: JupyterServer) -> bool:
    print("\nA notebook on the kernel conda-env-demo-py, which the server starts:\n", flush=True)
    started = server.client.jupyter("POST", "api/kernels", json={"name": "conda-env-demo-py"})
    kernel = started.expect(201)["id"]
    runtime = Path(here.environ["JUPYTER_RUNTIME_DIR"])
    try:
        return run_cells(runtime / f"kernel-{kernel}.json", NOTEBOOK)
    finally:
        server.client.jupyter("DELETE", f"api/kernels/{kernel}")


def _report(client: ApiClient, operation: dict[str, Any]) -> None:
    found = client.get("environments/demo").expect(200)
    print(f"\nlock digest  {found['lock_digest']}")
    print(f"packages     {found['packages']}, {found['size'] / 1e6:.0f} MB")
    print("time of each phase, in seconds:")
    phases = operation["result"]["phases"]
    for phase, seconds in phases.items():
        print(f"  {phase:<10} {seconds:6.2f}")
    print(f"  {'together':<10} {sum(phases.values()):6.2f}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
