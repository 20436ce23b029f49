"""What endpoints work with: made once by the extension, handed to every handler."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from jupyter_envs.doctor import DoctorReport
from jupyter_envs.engine import read_configuration
from jupyter_envs.errors import EnvsError, Unavailable
from jupyter_envs.hardware import Choice, Holder, Kernel, Machine
from jupyter_envs.operations import (
    EnvironmentList,
    Settings,
    TargetOrder,
    default_settings,
    machine_choice,
    reconcile,
    settings_to_examine,
    teller,
    user_name,
)
from jupyter_envs.policy import Policy, load_policy, policy_path
from jupyter_envs.store import Store, generation_at

from .recent import Recent

P = ParamSpec("P")
T = TypeVar("T")

#: Enough for a few tabs; a slow disk then queues requests instead of stopping the server.
_THREADS = 4

#: Two panels and a reload ask once; who has put something right does not wait long.
_REPORT_SECONDS = 10.0
#: A driver or a policy may change while a server runs, but not often.
_CHOICE_SECONDS = 60.0
_CHOICE_PATIENCE = 20.0


class Kernels(Protocol):
    """What is asked of the server about its kernels."""

    def process_ids(self) -> dict[int, str]:
        """Pid of each local kernel to the kernel's id."""

    async def running(self) -> list[Kernel]:
        """Every kernel with its notebooks."""


class Files(Protocol):
    """What is asked of the server's contents manager."""

    async def read(self, path: str) -> tuple[bytes, str | None]:
        """Bytes of a file, and its path on the disk where it has one. Raises SourceNotFound."""

    async def place(self, path: str) -> Path:
        """Where a file that is shown is on the disk. Raises SourceNotFound."""

    def root(self) -> str | None:
        """The folder that is shown; None where the files are not on this disk."""

    def on_disk(self, path: str) -> str | None:
        """Where a path of the contents API is on the disk; None where it is not there."""


class Services:
    """The rooms below, as a server needs them: off the event loop, and looked up lazily.

    ``envs_dir`` None means conda's own setting; ``options`` are what the administrator set of
    :class:`Settings`. ``interest`` is called when a client shows that it looks at environments
    or operations.
    """

    def __init__(
        self,
        *,
        envs_dir: Path | None,
        options: dict[str, Any],
        kernels: Kernels,
        files: Files,
        hub: bool,
        remote_kernels: bool,
    ) -> None:
        self.envs_dir = envs_dir
        self.kernels = kernels
        self.files = files
        self.remote_kernels = remote_kernels
        self.interest: Callable[[], None] = lambda: None
        self.machine = Machine(self._disk)
        self.holding = Holder(generation_at)
        self.reports: Recent[str | None, DoctorReport] = Recent(_REPORT_SECONDS)
        self._options = options
        self._hub = hub
        self._settings: Settings | None = None
        self._list: EnvironmentList | None = None
        self._choices: Recent[TargetOrder, Choice] = Recent(_CHOICE_SECONDS)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="jupyter_envs")

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """The function's result, from a thread: the event loop never waits for a disk."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, partial(function, *args, **kwargs))

    def settings(self) -> Settings:
        """Settings of this server. Reads files the first time, so not on the event loop.

        Raises StoreReadOnly and ConfigurationInvalid, at each call until it is put right.
        """
        if self._settings is None:
            self._settings = default_settings(
                read_configuration(), envs_dir=self.envs_dir, **self._options
            )
        return self._settings

    def _disk(self) -> Path:
        """Where environments are made. Raises OSError where that is not known."""
        try:
            return self.settings().envs_dir
        except EnvsError as error:
            raise OSError(error.message) from error

    def examinable(self) -> Settings:
        """Settings for the doctor: there are some even where they cannot be used."""
        try:
            return self.settings()
        except EnvsError:
            return settings_to_examine(self.envs_dir)

    def store(self) -> Store:
        """The user's own store."""
        return Store(self.settings().envs_dir)

    def environments(self) -> EnvironmentList:
        """The list that remembers what has not changed."""
        if self._list is None:
            self._list = EnvironmentList(self.store(), tell=teller(self.settings()))
        return self._list

    def policy(self) -> Policy:
        """The policy in force now."""
        return load_policy(policy_path(self.settings().policy_file))

    async def machine_choice(self, order: TargetOrder) -> Choice:
        """What this machine, or what is declared, would be solved for; asked anew each minute.

        A driver that hangs takes one thread, and nobody waits for it for long. Raises
        ProfileNotFound, TargetInvalid, and Unavailable while it hangs.
        """
        found = self._choices.get(order, lambda: self.run(self._choose, order))
        try:
            return await asyncio.wait_for(found, _CHOICE_PATIENCE)
        except asyncio.TimeoutError as error:
            reason = "The GPU driver does not answer"
            raise Unavailable(reason=reason, hint="Try again later.") from error

    def _choose(self, order: TargetOrder) -> Choice:
        # The sampler is the one who asks the driver, for all of this server.
        self.machine.wait()
        return machine_choice(self.settings(), order, inventory=self.machine.inventory())

    def reconcile(self) -> list[str]:
        """Bring the store in line; returns what was done."""
        return reconcile(self.settings())

    def actor(self, username: str) -> str:
        """Who acts, for journals and ledger.

        A hub knows its users' names. Without one the server makes up a name for whoever has
        the token, and the account that it runs under says more.
        """
        return username if self._hub else user_name()

    def close(self) -> None:
        """Let the threads go; operations go on."""
        self.machine.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def is_under_a_hub() -> bool:
    """Whether JupyterHub started this server."""
    return bool(os.environ.get("JUPYTERHUB_SERVICE_PREFIX"))
