"""Post-link scripts: code that packages want to run at install time.

The installer never runs them; those that the site's policy allows are run from here, one by
one, with the variables that conda's documentation of link scripts names.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec

from jupyter_envs.errors import BuildFailed

_SECONDS = 120.0
_MESSAGES = ".messages.txt"


class LinkScript(msgspec.Struct, frozen=True):
    """A package that brings a post-link script."""

    name: str
    version: str
    build_number: int

    @property
    def path(self) -> str:
        """The script, relative to the prefix."""
        return f"bin/.{self.name}-post-link.sh"


def link_scripts(prefix: Path) -> tuple[LinkScript, ...]:
    """The installed packages that bring a post-link script, by name."""
    # Nearly no package has one, and all of conda-meta is a tenth of a second to read.
    if not any((prefix / "bin").glob(".*-post-link.sh")):
        return ()
    found = []
    for path in sorted((prefix / "conda-meta").glob("*.json")):
        record = json.loads(path.read_bytes())
        script = LinkScript(record["name"], record["version"], record.get("build_number", 0))
        if script.path in record.get("files", ()):
            found.append(script)
    return tuple(found)


def run_link_scripts(prefix: Path, scripts: Iterable[LinkScript]) -> dict[str, str]:
    """Run them; returns what each had to say to the person. Raises BuildFailed."""
    return {script.name: said for script in scripts if (said := _run(prefix, script))}


def _run(prefix: Path, script: LinkScript) -> str:
    environment = os.environ | {
        "PREFIX": str(prefix),
        "PKG_NAME": script.name,
        "PKG_VERSION": script.version,
        "PKG_BUILDNUM": str(script.build_number),
        "PATH": f"{prefix / 'bin'}:{os.environ.get('PATH', os.defpath)}",
    }
    try:
        done = subprocess.run(
            ["/bin/sh", prefix / script.path],
            cwd=prefix,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BuildFailed(reason=f"the link script of {script.name} takes too long") from error
    if done.returncode != 0:
        raise BuildFailed(
            reason=f"the link script of {script.name} ended with {done.returncode}",
            details=(done.stdout + done.stderr).strip().splitlines()[-30:],
        )
    messages = prefix / _MESSAGES
    said = messages.read_text("utf-8", "replace").strip() if messages.exists() else ""
    messages.unlink(missing_ok=True)
    return said
