"""A Git repository on this disk, with a small Python package that needs nothing to be built."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_PROJECT = """\
[project]
name = "{name}"
version = "{version}"
dependencies = {needs}

[build-system]
requires = []
build-backend = "builder"
backend-path = ["."]
"""

#: A build backend without any requirement: the tests need no network for it.
_BUILDER = """\
import os, zipfile

NAME, VERSION, NEEDS, TEXT = {name!r}, {version!r}, {needs!r}, {text!r}


def build_wheel(folder, settings=None, metadata=None):
    file = f"{{NAME}}-{{VERSION}}-py3-none-any.whl"
    info = f"{{NAME}}-{{VERSION}}.dist-info"
    about = f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n"
    about += "".join(f"Requires-Dist: {{one}}\\n" for one in NEEDS)
    with zipfile.ZipFile(os.path.join(folder, file), "w") as wheel:
        wheel.writestr(f"{{NAME}}.py", f"text = {{TEXT!r}}\\n")
        wheel.writestr(f"{{info}}/METADATA", about)
        kind = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(f"{{info}}/WHEEL", kind)
        wheel.writestr(f"{{info}}/RECORD", "")
    return file
"""


class GitRepository:
    """A repository whose commits are versions of the package ``name``."""

    def __init__(self, folder: Path, name: str = "tool", *, subdirectory: str = "") -> None:
        self.folder = folder
        self.name = name
        self._project = folder / subdirectory
        self._project.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    @property
    def url(self) -> str:
        """What stands behind ``git+``."""
        return self.folder.as_uri()

    def commit(self, text: str, *, version: str = "1.0", needs: tuple[str, ...] = ()) -> str:
        """Commit the package with ``text`` in its module; returns the commit."""
        values = {"name": self.name, "version": version, "needs": list(needs), "text": text}
        (self._project / "pyproject.toml").write_text(_PROJECT.format(**values))
        (self._project / "builder.py").write_text(_BUILDER.format(**values))
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", text)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments: str) -> str:
        """Call git here, as nobody in particular and without anybody's configuration."""
        who = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER")
               for what in ("NAME", "EMAIL")}  # fmt: skip
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **who, **alone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
