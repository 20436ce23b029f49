"""conda-lock in a virtual environment of its own: it brings 59 packages, and is only asked."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from tests.support.channel.cache import cache_root, cached_folder

_REQUIREMENT = "conda-lock==4.0.3"

#: Prints a lock as conda-lock's own models have it, and what they write of it.
_ASK = """\
import json, pathlib, sys
from conda_lock.lockfile import parse_conda_lock_file, write_conda_lock_file

path, again = map(pathlib.Path, sys.argv[1:])
lock = parse_conda_lock_file(path)
write_conda_lock_file(lock, again, metadata_choices=set())
print(json.dumps({
    "packages": [
        [p.manager, p.name, p.version, p.platform, p.url, p.hash.sha256, p.hash.md5, p.dependencies]
        for p in lock.package
    ],
    "metadata": json.loads(lock.metadata.model_dump_json(by_alias=True)),
}))
"""


def ask_conda_lock(lock: Path, again: Path) -> dict[str, Any]:
    """What conda-lock's models make of a lock file; ``again`` is where it writes it anew.

    An AssertionError tells what they do not accept.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cached_folder(cache_root() / "conda-lock", f"{version}-{_REQUIREMENT[12:]}", _fill)
    done = subprocess.run(
        [str(folder / "bin" / "python"), "-c", _ASK, str(lock), str(again)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    body: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return body


def _fill(folder: Path) -> None:
    venv.create(folder, with_pip=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", _REQUIREMENT]
    subprocess.run(command, check=True)
