"""Real conda-forge records as ``file://`` channels: for solving only, no archives are there."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from tests.support.channel.cache import REPOSITORY, cache_root, cached_folder

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_EMPTY_REPODATA = '{"info": {"subdir": "noarch"}, "packages": {}, "packages.conda": {}}'


def records_channel(name: str) -> Path | None:
    """The channel ``name`` (``conda-forge``, ``pytorch``, ...), unpacked; None when not here.

    Records are looked for in ``JUPYTER_ENVS_RECORDS``, else in ``shared/records`` beside the
    repository, as ``<name>/<subdir>/repodata.json.zst``. The folder's name is the channel's.
    """
    source = _records_root() / name
    packed = sorted(source.glob("*/repodata.json.zst"))
    if not packed:
        return None
    state = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in packed]
    key = hashlib.sha256(repr(state).encode()).hexdigest()[:16]

    def fill(folder: Path) -> None:
        for path in packed:
            _unpack(path, folder / name / path.parent.name)
        if not (folder / name / "noarch").is_dir():
            # A channel without this subdir is an error for its readers.
            (folder / name / "noarch").mkdir()
            (folder / name / "noarch" / "repodata.json").write_text(_EMPTY_REPODATA)

    return cached_folder(cache_root() / "records" / name, key, fill) / name


def _records_root() -> Path:
    named = os.environ.get("JUPYTER_ENVS_RECORDS")
    return Path(named).resolve() if named else REPOSITORY.parent / "shared" / "records"


def _unpack(packed: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    with zstd.open(packed, "rb") as source, (folder / "repodata.json").open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
