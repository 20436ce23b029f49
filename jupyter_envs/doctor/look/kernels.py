"""What Jupyter has to choose from."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jupyter_envs.doctor.facts import Kernels, Kernelspec

from .machine import MOST_BYTES, is_there

_MOST = 500


def look_at_kernels(folders: Iterable[Path]) -> Kernels:
    """The kernels in Jupyter's ``folders``, which come in its order."""
    return Kernels(
        specs=tuple(one for folder in dict.fromkeys(folders) for one in _specs(folder)),
        nb_conda_kernels=find_spec("nb_conda_kernels") is not None,
    )


def _specs(folder: Path) -> Iterator[Kernelspec]:
    try:
        names = sorted(os.listdir(folder))[:_MOST]
    except OSError:
        return
    for name in names:
        file = folder / name / "kernel.json"
        if is_there(file):
            yield _spec(name.lower(), file)


def _spec(name: str, file: Path) -> Kernelspec:
    try:
        if not file.is_file():  # opening a pipe would wait for ever
            raise OSError(errno.EINVAL, "it is no plain file")
        with file.open("rb") as opened:
            content: Any = json.loads(opened.read(MOST_BYTES))
        argv = content["argv"]
        program = str(argv[0])
    except OSError as error:
        return Kernelspec(name=name, file=str(file), broken=error.strerror or str(error))
    except (ValueError, RecursionError):
        return Kernelspec(name=name, file=str(file), broken="it is not JSON")
    except (KeyError, IndexError, TypeError):
        return Kernelspec(name=name, file=str(file), broken="it names no program (argv)")
    metadata = content.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    ours = metadata.get("jupyter_envs")
    prefix = metadata.get("conda_env_path")
    prefix = prefix if isinstance(prefix, str) else None
    return Kernelspec(
        name=name,
        file=str(file),
        program=program,
        missing=_missing(program, prefix),
        ours=isinstance(ours, dict),
        environment=str(ours.get("environment")) if isinstance(ours, dict) else None,
        prefix=prefix,
    )


def _missing(program: str, prefix: str | None) -> str | None:
    """A program without a folder is looked for in a PATH that only a start knows."""
    for needed in (prefix, program):
        if needed and needed.startswith("/") and not os.path.lexists(needed):
            return needed
    return None
