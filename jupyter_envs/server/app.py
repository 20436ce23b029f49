"""The extension: its settings, and the one place where everything is put together."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Float, Integer, List, Unicode

from jupyter_envs import __version__
from jupyter_envs.errors import EnvsError

from .base import ANYTHING, UnknownPath, handler_for, pattern
from .events import SCHEMA, SCHEMA_ID, Announcer
from .local import ServerFiles, ServerKernels
from .probes import FirstProbes
from .recorder import Recorder
from .routes import ROUTES
from .routing import Route
from .services import Services, is_under_a_hub
from .stamps import Stamps

#: Traits that are settings of the same name.
_OPTIONS = (
    "max_operations", "keep_generations", "solve_timeout", "kernel_timeout", "offline",
    "freeze", "probe",
)  # fmt: skip


class EnvsApp(ExtensionApp):
    """Settings of the server extension; ``c.EnvsApp.<name>`` in jupyter_server_config.py."""

    name = "jupyter_envs"
    version = __version__
    description = "Conda environments as verified Jupyter kernels"
    load_other_extensions = True

    envs_dir = Unicode(
        "",
        help="Folder of the environments. Empty (the default): the first writable folder of"
        " conda's envs_dirs, usually ~/.conda/envs.",
    ).tag(config=True)
    max_operations = Integer(
        2,
        min=1,
        help="How many operations may run at once in a store; others wait. Default: 2.",
    ).tag(config=True)
    keep_generations = Integer(
        3,
        min=0,
        help="How many earlier generations of an environment stay for going back. Default: 3.",
    ).tag(config=True)
    solve_timeout = Float(
        300.0,
        help="Seconds after which a solve is given up. Default: 300.",
    ).tag(config=True)
    kernel_timeout = Float(
        60.0,
        help="Seconds that a new kernel has to answer before it counts as broken. Default: 60.",
    ).tag(config=True)
    offline = Bool(
        False,
        help="Use only packages and metadata that are cached. Default: False, which leaves it"
        " to conda's own setting 'offline'.",
    ).tag(config=True)
    stamp_notebooks = Bool(
        False,
        help="Write the lock digest of a notebook's kernel into the notebook's metadata when it"
        " is saved: the digest alone, no path and no name. Default: False.",
    ).tag(config=True)

    stacks_dirs = List(
        Unicode(),
        help="Folders with stacks of the site, beside those of the policy. Default: none.",
    ).tag(config=True)
    freeze = Bool(
        False,
        help="Mark new generations, so that conda install and pip install refuse to change them"
        " and say what to do instead. Default: False, which leaves it to the policy.",
    ).tag(config=True)

    probe = Bool(
        True,
        help="Try by itself whether a GPU works: after an environment is made whose file names"
        " frameworks to try, and at the first kernel on a machine with a GPU. Default: True.",
    ).tag(config=True)

    services: Services
    announcer: Announcer
    recorder: Recorder
    first_probes: FirstProbes
    _tidying: asyncio.Task[None] | None = None

    def initialize_settings(self) -> None:
        """Build the services, once."""
        server = self._server
        self.services = Services(
            envs_dir=Path(self.envs_dir).expanduser() if self.envs_dir else None,
            options=self._options(),
            kernels=ServerKernels(server.kernel_manager, server.session_manager),
            files=ServerFiles(server.contents_manager),
            hub=is_under_a_hub(),
            remote_kernels=bool(server.gateway_config.gateway_enabled),
        )
        self.announcer = Announcer(self.services, self._emit, self.log)
        self.services.interest = self.announcer.interest
        server.event_logger.register_event_schema(SCHEMA)
        stamps = Stamps()
        self.first_probes = FirstProbes(self.services, self.log)
        self.recorder = Recorder(
            self.services,
            server,
            self.log,
            on_start=(stamps.started, self.first_probes.started),
        )
        if self.stamp_notebooks:
            # Beside the site's own hook, which stays, and runs first.
            server.contents_manager.register_pre_save_hook(stamps.save)

    def _options(self) -> dict[str, Any]:
        chosen = {name: getattr(self, name) for name in _OPTIONS}
        # What is not switched on here is left to conda's configuration and the environment.
        if self.stacks_dirs:
            chosen["stacks_dirs"] = tuple(Path(one).expanduser() for one in self.stacks_dirs)
        left = {"offline": False, "freeze": False, "probe": True}
        return {k: v for k, v in chosen.items() if k not in left or v is not left[k]}

    def initialize_handlers(self) -> None:
        """One handler class for each path of the table."""
        by_path: dict[str, list[Route]] = {}
        for route in ROUTES:
            by_path.setdefault(route.path, []).append(route)
        self.handlers.extend(
            (pattern(path), handler_for(path, routes), {"services": self.services})
            for path, routes in by_path.items()
        )
        self.handlers.append((ANYTHING, UnknownPath, {"services": self.services}))

    async def _start_jupyter_server_extension(self, _: Any) -> None:
        """When the server runs: follow changes, and clear up after crashes behind its back."""
        self.announcer.start()
        if not self.services.remote_kernels:
            self.recorder.start()
        self._tidying = asyncio.get_running_loop().create_task(self._tidy())

    async def _tidy(self) -> None:
        try:
            for line in await self.services.run(self.services.reconcile):
                self.log.info("jupyter_envs: %s", line)
        except (EnvsError, OSError) as error:
            self.log.warning("jupyter_envs cannot use its store: %s", error)

    async def stop_extension(self) -> None:
        """Stop following. Operations are processes of their own and go on."""
        if self._tidying is not None:
            self._tidying.cancel()
        self.recorder.stop()
        self.first_probes.stop()
        await self.announcer.stop()
        self.services.close()

    def _emit(self, data: dict[str, Any]) -> None:
        self._server.event_logger.emit(schema_id=SCHEMA_ID, data=data)

    @property
    def _server(self) -> Any:
        # ServerApp | None to type checkers; it is there once the extension is linked.
        return self.serverapp
