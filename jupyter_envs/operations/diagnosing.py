"""The doctor's case: which machine, which environment; also where settings cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from jupyter_core.paths import jupyter_path

from jupyter_envs.doctor import Case, DoctorReport, examine
from jupyter_envs.engine import CondaConfiguration, read_configuration
from jupyter_envs.errors import ConfigurationInvalid, StoreReadOnly
from jupyter_envs.hardware import Hardware, Holders
from jupyter_envs.store import Environment, Store, get_environment

from .probe_view import probe_answers
from .settings import Settings, default_settings


def settings_to_examine(envs_dir: Path | None = None) -> Settings:
    """Settings as far as they can be had: what is wrong with them is for the doctor to say.

    Where conda's settings cannot be read, as if there were none; where no folder of environments
    can be written, the first.
    """
    try:
        configuration = read_configuration()
    except ConfigurationInvalid:
        home = Path.home()
        configuration = CondaConfiguration(home=home, envs_dirs=(home / ".conda" / "envs",))
    try:
        return default_settings(configuration, envs_dir=envs_dir)
    except StoreReadOnly:
        return default_settings(configuration, envs_dir=configuration.envs_dirs[0])


def diagnosis(
    settings: Settings,
    name: str | None = None,
    *,
    kernels: Mapping[int, str] | None = None,
    server: int | None = None,
    hardware: Hardware | None = None,
    holders: Holders | None = None,
    notebooks: Iterable[Path] = (),
    on_disk: Callable[[str], str | None] = lambda _: None,
) -> DoctorReport:
    """What is wrong with this machine, and with an environment where one is named.

    ``kernels`` are those that ``server`` (a pid) runs, pid to id; ``hardware`` and ``holders``
    what was seen of GPUs. Errors that are saved in ``notebooks`` are looked at, and in those that
    run in the environment, which ``on_disk`` finds by their path in the server.

    Raises EnvironmentNotFound. It may take half a minute where a driver hangs.
    """
    store = Store(settings.envs_dir)
    environment = get_environment(store, name) if name is not None else None
    running = _notebooks_in(environment, holders) if environment and holders else []
    places = (on_disk(path) for path in running)
    return examine(
        Case(
            store=store,
            cache_dir=settings.cache_dir,
            kernels_dir=settings.kernels_dir,
            kernel_dirs=tuple(Path(folder) for folder in jupyter_path("kernels")),
            environment=environment,
            kernels=kernels or {},
            server=server,
            hardware=hardware,
            holders=holders,
            probes=probe_answers(store, environment) if environment else (),
            notebooks=(*notebooks, *(Path(place) for place in places if place)),
        )
    )


def _notebooks_in(environment: Environment, holders: Holders) -> list[str]:
    """Notebooks whose kernels run from the environment."""
    names = (environment.slug, environment.name)
    return [path for one in holders.kernels if one.environment in names for path in one.notebooks]
