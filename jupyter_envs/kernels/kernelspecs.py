"""Kernelspecs: what a prefix offers, and what Jupyter gets to see of it."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.errors import StoreReadOnly
from jupyter_envs.store import Environment, GenerationFiles, read_plain, write_atomically

#: Names the kernelspec that something is started from.
KERNEL_VARIABLE = "JUPYTER_ENVS_KERNEL"

#: nb_conda_kernels' names, so that a notebook opens under either.
_SHORT = {"python": "py", "python2": "py", "python3": "py", "ir": "r"}


class Offer(msgspec.Struct, frozen=True):
    """A kernelspec that a package installed into the prefix. ``folder`` is its own name."""

    folder: str
    path: Path
    content: dict[str, Any]

    @property
    def language(self) -> str:
        """The language as the kernelspec gives it."""
        return str(self.content.get("language", self.folder))


def offers(prefix: Path) -> list[Offer]:
    """The kernelspecs of a prefix, python's first, else by name; broken ones are left out."""
    found = []
    for path in sorted((prefix / "share/jupyter/kernels").glob("*/kernel.json")):
        try:
            content = _content(path)
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(content, dict) and isinstance(content.get("argv"), list) and content["argv"]:
            found.append(Offer(path.parent.name, path.parent, content))
    return sorted(found, key=lambda offer: (offer.language != "python", offer.folder))


def kernel_name(slug: str, folder: str) -> str:
    """The folder name under which Jupyter finds the kernel: ``conda-env-<slug>-<lang>``."""
    return f"conda-env-{slug}-{_SHORT.get(folder, folder)}".lower()


def kernelspec(
    prefix: Path, offer: Offer, *, name: str, slug: str, generation: int, lock_digest: str
) -> dict[str, Any]:
    """The kernel.json for one offer: its own content, started through the generation's shim.

    It is self-sufficient: nothing of this package is needed to start it.
    """
    content = dict(offer.content)
    command = [str(word) for word in content["argv"]]
    interpreter = _absolute(prefix, command[0])
    content["argv"] = [str(GenerationFiles(prefix).start), interpreter, *command[1:]]
    content["display_name"] = f"{name} ({_title(offer)})"
    # For the start shim, which then knows a kernel from any other program, and takes it away.
    marked = {KERNEL_VARIABLE: kernel_name(slug, offer.folder)}
    content["env"] = {**_mapping(content.get("env")), **marked}
    content["metadata"] = {
        **_mapping(content.get("metadata")),
        "conda_env_name": slug,
        "conda_env_path": str(prefix),
        "jupyter_envs": {
            "environment": name,
            "generation": generation,
            "interpreter": interpreter,
            "lock_digest": lock_digest,
        },
    }
    return content


def _title(offer: Offer) -> str:
    language = offer.language
    return language if language != language.lower() else language.capitalize()


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _absolute(prefix: Path, program: str) -> str:
    # ipykernel's own file says "python": whose, would depend on the PATH of the starter.
    inside = prefix / "bin" / program
    return str(inside) if "/" not in program and inside.exists() else program


def install_kernelspec(kernels_dir: Path, name: str, offer: Offer, content: dict[str, Any]) -> bool:
    """Write ``<kernels_dir>/<name>/``: its pictures first, kernel.json last and at once.

    What is there and is not ours is kept beside it, as ``<name>.previous``. Returns whether
    there was anything to write. Raises StoreReadOnly.
    """
    try:
        return _install(kernels_dir, name, offer, content)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise StoreReadOnly(
            path=str(kernels_dir),
            reason=error.strerror or str(error),
            hint="Jupyter looks for kernels there: put it right, then run 'jupyter envs list'.",
        ) from error


def _install(kernels_dir: Path, name: str, offer: Offer, content: dict[str, Any]) -> bool:
    folder = kernels_dir / name
    data = json.dumps(content, indent=1, ensure_ascii=False).encode()
    # An empty folder, or one with pictures alone, is what a writer of ours left.
    left = _is_folder(folder) and not os.path.lexists(folder / "kernel.json")
    if not left and not (_is_folder(folder) and _is_ours(folder / "kernel.json")):
        _step_aside(folder)
    if (folder / "kernel.json").is_file():
        if (folder / "kernel.json").read_bytes() == data:
            return False
        _copy_resources(offer.path, folder)
        write_atomically(folder / "kernel.json", data)
        return True
    kernels_dir.mkdir(parents=True, exist_ok=True)
    staging = _outside(kernels_dir)
    staging.mkdir()
    _copy_resources(offer.path, staging)
    write_atomically(staging / "kernel.json", data)
    if folder.exists():
        shutil.rmtree(folder)
    staging.rename(folder)
    return True


def _content(path: Path) -> Any:
    """What stands in a kernel.json. Raises OSError, ValueError and RecursionError."""
    return json.loads(read_plain(path).decode("utf-8"))


def _is_folder(path: Path) -> bool:
    """Not where a symlink leads to one: what is written there would be written elsewhere."""
    return path.is_dir() and not path.is_symlink()


def _is_ours(path: Path) -> bool:
    try:
        content = _content(path)
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "jupyter_envs" in _mapping(content.get("metadata"))


def _step_aside(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    names = (f"{folder.name}.previous{number or ''}" for number in count())
    places = (folder.with_name(name) for name in names)
    folder.rename(next(place for place in places if not os.path.lexists(place)))


def _copy_resources(source: Path, folder: Path) -> None:
    for path in source.iterdir():
        if path.is_file() and path.name != "kernel.json":
            _put(folder / path.name, path.read_bytes())


def _put(path: Path, data: bytes) -> None:
    """Have ``data`` in ``path``: a disk that takes no more leaves the picture of before."""
    if not path.is_file() or path.read_bytes() != data:
        write_atomically(path, data)


def installed_kernels(kernels_dir: Path) -> dict[str, dict[str, Any]]:
    """Kernels in ``kernels_dir`` that this program registered: name to kernel.json."""
    found = {}
    for path in kernels_dir.glob("conda-env-*/kernel.json"):
        try:
            content = _content(path)
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(content, dict) and _mapping(content.get("metadata")).get("jupyter_envs"):
            found[path.parent.name] = content
    return found


def prefix_of(content: dict[str, Any]) -> Path:
    """The generation that a registered kernel starts from."""
    return Path(str(content["metadata"].get("conda_env_path", "/nonexistent")))


def kernels_of(installed: Mapping[str, dict[str, Any]], environment_folder: Path) -> list[str]:
    """Names of those of the ``installed_kernels`` that start from any generation in a folder."""
    return sorted(
        name
        for name, content in installed.items()
        if prefix_of(content).parent == environment_folder
    )


def remove_kernelspec(kernels_dir: Path, name: str) -> None:
    """Take a kernel away, at once."""
    grave = _outside(kernels_dir)
    with suppress(FileNotFoundError):
        (kernels_dir / name).rename(grave)
    if _is_folder(grave):
        shutil.rmtree(grave, ignore_errors=True)
    else:
        grave.unlink(missing_ok=True)


def _outside(kernels_dir: Path) -> Path:
    # Jupyter would list any folder inside kernels_dir that has a kernel.json, dot or no dot.
    return kernels_dir.parent / f".jupyter-envs-{uuid.uuid4().hex[:8]}"


def published_kernels(environment: Environment) -> dict[str, tuple[Offer, dict[str, Any]]]:
    """What Jupyter should have for an environment's current generation: name to kernelspec.

    Only kernels that once started and answered are among them.
    """
    info = environment.info
    if info is None:
        return {}
    verified = {record.folder for record in info.kernels}
    return {
        kernel_name(info.slug, offer.folder): (
            offer,
            kernelspec(
                environment.prefix,
                offer,
                name=info.name,
                slug=info.slug,
                generation=info.number,
                lock_digest=info.lock_digest,
            ),
        )
        for offer in offers(environment.prefix)
        if offer.folder in verified
    }
