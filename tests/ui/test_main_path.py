"""The main job by clicking, on a server of one's own with a base_url."""

from __future__ import annotations

from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.lab import Lab
from tests.ui.main_path import World, walk


def test_from_a_file_to_a_kernel_and_back(
    lab: Lab, sandbox: Sandbox, server: JupyterServer
) -> None:
    walk(World(lab, sandbox, server.root, server.client))
