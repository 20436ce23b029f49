"""The extension: its settings, and what it does at which moment of a server's life.

A server that starts loads this module and the door; what answers and watches is loaded a second
later, or when somebody asks for it, so that nobody's start is longer for what it does not use.
"""

from __future__ import annotations

import asyncio
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Float, Integer, List, Unicode

from jupyter_envs import __version__

from .door import EVERYTHING, Door

if TYPE_CHECKING:
    from .parts import Parts

SCHEMA = Path(__file__).parent / "event_schemas" / "changes" / "v1.yaml"
KERNEL_ACTIONS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"
_LATER_SECONDS = 1.0

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

    _parts: Parts | None = None
    _loading: asyncio.Task[Parts] | None = None
    _later: asyncio.TimerHandle | None = None

    def initialize_settings(self) -> None:
        """Register what has to be there before the server runs."""
        server = self._server
        server.event_logger.register_event_schema(SCHEMA)
        if not server.gateway_config.gateway_enabled:
            server.event_logger.add_listener(schema_id=KERNEL_ACTIONS, listener=self._kernel_action)
        if self.stamp_notebooks:
            # Beside the site's own hook, which stays, and runs first.
            server.contents_manager.register_pre_save_hook(self._stamp)

    def initialize_handlers(self) -> None:
        """One handler for everything below our prefix."""
        given = {"parts": self.parts, "loaded": lambda: self._parts}
        self.handlers.append((EVERYTHING, Door, given))

    async def _start_jupyter_server_extension(self, _: Any) -> None:
        """When the server runs: its own first answers go first."""
        loop = asyncio.get_running_loop()
        self._later = loop.call_later(_LATER_SECONDS, self._load)

    async def stop_extension(self) -> None:
        """Stop following. Operations are processes of their own and go on."""
        if self._later is not None:
            self._later.cancel()
        if self._loading is not None:
            await asyncio.wait([self._loading])
        if self._parts is not None:
            await self._parts.stop()

    async def parts(self) -> Parts:
        """What answers and what watches; loaded and started by whoever asks first. Raises what
        went wrong with it, to everybody."""
        # Whoever goes away does not take it from the others.
        return await asyncio.shield(self._load())

    def _load(self) -> asyncio.Task[Parts]:
        if self._loading is None:
            self._loading = asyncio.get_running_loop().create_task(self._loaded())
        return self._loading

    async def _loaded(self) -> Parts:
        loop = asyncio.get_running_loop()
        try:
            # In a thread: it takes a tenth of a second, and others want their answers.
            module = await loop.run_in_executor(None, import_module, ".parts", __package__)
            parts: Parts = module.Parts(
                self._server,
                self.log,
                envs_dir=Path(self.envs_dir).expanduser() if self.envs_dir else None,
                options=self._options(),
            )
            parts.start()
            self._parts = parts
        except Exception:
            self.log.exception("jupyter_envs cannot be loaded")
            raise
        return parts

    async def _kernel_action(self, logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        if data.get("action") in ("start", "restart") and data.get("status") == "success":
            began = time.time()
            (await self.parts()).recorder.started(data["kernel_id"], began)

    def _stamp(self, model: dict[str, Any], path: str, **_: Any) -> None:
        if self._parts is not None:
            self._parts.stamps.save(model, path)

    def _options(self) -> dict[str, Any]:
        chosen = {name: getattr(self, name) for name in _OPTIONS}
        # What is not switched on here is left to conda's configuration and the environment.
        if self.stacks_dirs:
            chosen["stacks_dirs"] = tuple(Path(one).expanduser() for one in self.stacks_dirs)
        left = {"offline": False, "freeze": False, "probe": True}
        return {k: v for k, v in chosen.items() if k not in left or v is not left[k]}

    @property
    def _server(self) -> Any:
        # ServerApp | None to type checkers; it is there once the extension is linked.
        return self.serverapp
