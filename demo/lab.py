"""JupyterLab, open on the panel, in a home that goes away: ``python -m demo.lab``.

``--no-browser`` leaves it to you to open the address.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from demo.setting import setting
from tests.support.server import JupyterServer

_PANEL = "jupyter-envs-panel"


def main() -> int:
    """Runs until Ctrl-C, or until the server is shut down from its menu."""
    with setting() as here:
        folder = here.folder / "server"
        open_on_the_panel(folder / "config")
        config = {
            "ServerApp": {
                "open_browser": "--no-browser" not in sys.argv,
                "shutdown_no_activity_timeout": 0,
            }
        }
        server = JupyterServer(
            here.environ, folder, application="lab", root=here.work, config=config
        )
        with server:
            print(f"\nJupyterLab is at  {server.url}lab?token={server.token}")
            print("Right-click environment.yml and choose Create Environment. Ctrl-C ends it.")
            sys.stdout.flush()
            try:
                while server.is_running:
                    time.sleep(0.2)
            except KeyboardInterrupt:
                print("\nGood-bye; nothing stays.")
    return 0


def open_on_the_panel(config: Path) -> None:
    """Let JupyterLab's default workspace begin with our tab of the side bar."""
    folder = config / "lab" / "workspaces"
    folder.mkdir(parents=True)
    left = {"collapsed": False, "current": _PANEL, "visible": True, "widgets": ["filebrowser"]}
    layout = {"main": {"dock": None}, "left": left, "right": {"collapsed": True}}
    workspace = {"data": {"layout-restorer:data": layout}, "metadata": {"id": "default"}}
    # The name that JupyterLab gives the file of this workspace.
    (folder / "default-37a8.jupyterlab-workspace").write_text(json.dumps(workspace), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
