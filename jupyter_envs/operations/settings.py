"""Where things are and how far they may go: one value, made once, handed to workers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from jupyter_core.paths import jupyter_data_dir
from platformdirs import user_cache_path, user_data_path

from jupyter_envs.engine import CondaConfiguration
from jupyter_envs.errors import StoreReadOnly


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Folders and limits of one user's jupyter_envs. Times are in seconds.

    ``max_operations`` bounds how many operations run at once in a store;
    ``keep_generations`` is how many earlier generations stay for rollback.
    ``tend`` lets a worker go on after publishing, at low priority: see ``tend.py``.
    ``probe`` lets frameworks be tried without being asked: after an environment is made whose file
    names them, and at the first kernel on a machine with a GPU.
    ``freeze`` marks new generations, so that conda and pip refuse to change them.
    ``stacks_dirs`` are folders of stacks beside those of the policy and the user's own.
    """

    envs_dir: Path
    cache_dir: Path
    data_dir: Path
    kernels_dir: Path
    environments_txt: Path
    home: Path
    policy_file: Path | None = None
    max_operations: int = 2
    solve_timeout: float = 300.0
    kernel_timeout: float = 60.0
    keep_generations: int = 3
    offline: bool = False
    tend: bool = True
    probe: bool = True
    freeze: bool = False
    stacks_dirs: tuple[Path, ...] = ()


def default_settings(
    configuration: CondaConfiguration,
    *,
    environ: Mapping[str, str] | None = None,
    envs_dir: Path | None = None,
    **changes: Any,
) -> Settings:
    """Settings from conda's configuration and the environment.

    Raises StoreReadOnly when no configured folder can be written.
    """
    environ = os.environ if environ is None else environ
    home = Path(environ.get("HOME") or Path.home())
    store = (envs_dir or _first_writable(configuration.envs_dirs)).absolute()
    policy = environ.get("JUPYTER_ENVS_POLICY")
    return Settings(
        **{
            "envs_dir": store,
            "cache_dir": _cache_dir(store, configuration, environ),
            "data_dir": Path(
                environ.get("JUPYTER_ENVS_DATA_DIR") or user_data_path("jupyter_envs")
            ),
            "kernels_dir": Path(jupyter_data_dir()) / "kernels",
            "environments_txt": home / ".conda" / "environments.txt",
            "home": home,
            "policy_file": Path(policy) if policy else None,
            "offline": configuration.offline,
            "tend": environ.get("JUPYTER_ENVS_TEND", "1") != "0",
            "probe": environ.get("JUPYTER_ENVS_PROBE", "1") != "0",
            "freeze": environ.get("JUPYTER_ENVS_FREEZE", "0") == "1",
            "stacks_dirs": _folders(environ.get("JUPYTER_ENVS_STACKS_DIRS", "")),
            **changes,
        }
    )


def _folders(text: str) -> tuple[Path, ...]:
    return tuple(Path(part).expanduser() for part in text.split(os.pathsep) if part)


def _first_writable(folders: tuple[Path, ...]) -> Path:
    for folder in folders:
        if os.access(_existing(folder), os.W_OK | os.X_OK):
            return folder
    raise StoreReadOnly(path=", ".join(map(str, folders)), reason="no write permission")


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _cache_dir(store: Path, configuration: CondaConfiguration, environ: Mapping[str, str]) -> Path:
    """The site's choice; else the user's cache folder; beside the store where that is on
    another file system, since only there packages can be linked instead of copied."""
    if chosen := environ.get("JUPYTER_ENVS_CACHE_DIR"):
        return Path(chosen)
    configured = configuration.pkgs_dirs if "pkgs_dirs" in configuration.sources else ()
    for folder in configured:
        if os.access(_existing(folder), os.W_OK | os.X_OK):
            return folder / ".jupyter-envs"
    usual = user_cache_path("jupyter_envs")
    if _existing(usual).stat().st_dev == _existing(store).stat().st_dev:
        return usual
    return store / ".jupyter-envs" / ".cache"


def encode(value: Any) -> bytes:
    """JSON of a struct that holds paths."""
    return msgspec.json.encode(value, enc_hook=_encode_path)


def _encode_path(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value)} has no JSON form")


def decode_path(kind: type, value: Any) -> Any:
    """msgspec's hook for reading back what :func:`encode` wrote."""
    if kind is Path:
        return Path(value)
    raise TypeError(f"{kind} has no JSON form")
