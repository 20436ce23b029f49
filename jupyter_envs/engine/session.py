"""One worker's connection to the channels: gateway, client and package cache.

py-rattler maps repodata once per gateway, so a process opens one session and keeps it.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from rattler import Client, Config, Gateway, PackageCache
from rattler.package_cache import ValidationMode
from rattler.repo_data.gateway import SourceConfig

from jupyter_envs.errors import folder_error

from .cache_dirs import CacheDirs
from .channels import Resolution, ResolvedChannel, resolve_channel, resolve_channels
from .configuration import CondaConfiguration
from .credentials import Credentials, find_credentials, redact, write_auth_file
from .network import network_environment, rattler_config_toml
from .patience import Patience

_Answer = TypeVar("_Answer")


class Session:
    """Open channels of one process. Make it with :func:`open_session`."""

    def __init__(
        self,
        configuration: CondaConfiguration,
        cache: CacheDirs,
        credentials: Credentials,
        auth_file: Path | None,
        *,
        base: Path,
        offline: bool,
        channels: tuple[str, ...] = (),
    ) -> None:
        self.configuration = configuration
        self.cache = cache
        self.credentials = credentials
        self.base = base
        self.offline = offline
        self.channels = channels
        self.patience = Patience(configuration.connect_timeout, configuration.read_timeout)
        self.config = Config.from_toml(rattler_config_toml(configuration, auth_file, credentials))
        self.client = Client.from_config(self.config, max_retries=configuration.max_retries)
        self.gateway = Gateway(
            cache_dir=cache.repodata,
            default_config=SourceConfig(
                cache_action="force-cache-only" if offline else "cache-or-fetch"
            ),
            client=self.client,
        )

    def run(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        """What py-rattler's ``work`` answers; servers that fall silent are given up."""
        with self.patience.watching():
            return asyncio.run(work)

    def package_cache(self, *, thorough: bool = False) -> PackageCache:
        """The package cache; ``thorough`` re-reads every file's hash, for after a fault."""
        mode = ValidationMode.full() if thorough else ValidationMode.fast()
        return PackageCache.new_layered([str(self.cache.packages)], validation_mode=mode)

    def channel(self, name: str) -> ResolvedChannel:
        """The channel of ``channel::package``. Raises ChannelInvalid or PolicyDenied."""
        return resolve_channel(name, self.configuration, base=self.base)

    def redact(self, text: str) -> str:
        """``text`` without any credential this session knows."""
        return redact(text, self.credentials)


@contextmanager
def open_session(
    configuration: CondaConfiguration,
    cache: CacheDirs,
    channels: tuple[str, ...],
    *,
    base: Path,
    offline: bool,
    home: Path,
    named: tuple[str, ...] = (),
) -> Iterator[tuple[Session, Resolution]]:
    """Resolve ``channels`` and open them.

    ``named`` are the channels of ``channel::package``: only their logins count here. ``base``
    is the folder that relative channel paths start from. Credentials are handed to the network
    layer in a private file that is gone before anything is done: a kill leaves no trace of it.
    """
    resolution = resolve_channels(channels, configuration, base=base)
    others = resolve_channels(named, configuration, base=base).logins if named else ()
    known = Resolution(resolution.channels, (*resolution.logins, *others))
    credentials = find_credentials(known, configuration, environ=os.environ, home=home)
    for folder in (cache.packages, cache.repodata, cache.uv, cache.bytecode):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise folder_error(error, folder) from error
    os.environ.update(network_environment(configuration))
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-") as private:
        # py-rattler reads it when a client is made, and keeps what it holds.
        auth_file = write_auth_file(credentials, Path(private) / "auth.json")
        session = Session(
            configuration,
            cache,
            credentials,
            auth_file,
            base=base,
            offline=offline,
            channels=tuple(channel.url for channel in resolution.channels),
        )
    yield session, resolution
