"""What demo and lab start from: an empty home, an environment.yml, and a channel that answers."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from jupyter_envs.errors import OperationEnded
from jupyter_envs.operations import cancel, is_running, list_operations
from jupyter_envs.store import Store

HERE = Path(__file__).parent
REACH_SECONDS = 4.0


class Setting(msgspec.Struct, frozen=True):
    """A person at a machine. ``work`` is the folder with their environment.yml."""

    folder: Path
    work: Path
    environ: dict[str, str]


@contextmanager
def setting() -> Iterator[Setting]:
    """A folder that goes away, with everything in it. Packages are kept for the next time."""
    folder = Path(tempfile.mkdtemp(prefix="jupyter-envs-demo-"))
    try:
        work, home = folder / "work", folder / "home"
        work.mkdir()
        home.mkdir()
        spec = work / "environment.yml"
        shutil.copy(HERE / "environment.yml", spec)
        if not _reachable("conda.anaconda.org"):
            print("conda-forge does not answer from here: using the local test channel instead.")
            _use_local_channel(spec)
        yield Setting(folder, work, _environ(home))
    finally:
        _end_operations(folder / "home" / "envs")
        shutil.rmtree(folder, ignore_errors=True)


def _end_operations(envs: Path) -> None:
    """They are processes of their own, and would go on in a folder that is gone."""
    store = Store(envs)
    for operation in list_operations(store):
        if is_running(operation):
            with suppress(OperationEnded):
                cancel(store, operation.id)


def _reachable(host: str) -> bool:
    try:
        with socket.create_connection((host, 443), timeout=REACH_SECONDS):
            return True
    except OSError:
        return False


def _use_local_channel(spec: Path) -> None:
    from tests.support.channel import local_channel

    url = local_channel(lambda line: print(line, flush=True)).url
    spec.write_text(spec.read_text().replace("conda-forge", url))


def _environ(home: Path) -> dict[str, str]:
    """A user with an empty home."""
    cache = HERE.parent / ".cache" / "demo"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CONDA", "JUPYTER"))}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return inherited | {
        "HOME": str(home),
        "JUPYTER_DATA_DIR": str(home / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_ENVS_CACHE_DIR": str(cache),
        "JUPYTER_ENVS_DATA_DIR": str(home / "ledger"),
        "CONDA_ENVS_DIRS": str(home / "envs"),
        # It is for the next environment, and there is none.
        "JUPYTER_ENVS_TEND": "0",
    }
