"""What is asked of the Jupyter server itself: its kernels and its files."""

from __future__ import annotations

import base64
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.utils import ApiPath, to_os_path
from tornado.web import HTTPError

from jupyter_envs.errors import SourceNotFound
from jupyter_envs.hardware import Kernel

#: More than any environment.yml or lock; a wrong click on a large file must not be read.
_LIMIT = 16_000_000

#: Types of sessions whose path is a file's; a console makes one up.
DOCUMENTS = ("notebook", "file")


class ServerKernels:
    """The kernels that this server started. ``manager`` is its MappingKernelManager,
    ``sessions`` its session manager, which knows their notebooks."""

    def __init__(self, manager: Any, sessions: Any) -> None:
        self._manager = manager
        self._sessions = sessions

    def process_ids(self) -> dict[int, str]:
        """Pid of each kernel that runs here to the kernel's id."""
        found: dict[int, str] = {}
        for kernel in self._manager.list_kernel_ids():
            provisioner = getattr(self._manager.get_kernel(kernel), "provisioner", None)
            pid = getattr(provisioner, "pid", None)  # None: not local, or about to start
            if pid is not None:
                found[int(pid)] = kernel
        return found

    async def running(self) -> list[Kernel]:
        """Every kernel with its notebooks, also one that does not run on this machine."""
        notebooks: dict[str, list[str]] = {}
        for session in await ensure_async(self._sessions.list_sessions()):
            if session.get("type") in DOCUMENTS:
                kernel = str((session.get("kernel") or {}).get("id"))
                notebooks.setdefault(kernel, []).append(str(session.get("path")))
        pids = {kernel: pid for pid, kernel in self.process_ids().items()}
        return [
            Kernel(
                kernel_id=model["id"],
                kernel=str(model.get("name")),
                pid=pids.get(model["id"]),
                notebooks=tuple(sorted(notebooks.get(model["id"], ()))),
                state=model.get("execution_state"),
                last_activity=model.get("last_activity"),
            )
            for model in await ensure_async(self._manager.list_kernels())
        ]


class ServerFiles:
    """The files that the file browser shows. ``manager`` is the contents manager: what it
    hides or does not allow, we do not read."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    async def read(self, path: str) -> tuple[bytes, str | None]:
        """Bytes of a file, and its path on the disk where it has one. Raises SourceNotFound."""
        try:
            about = await ensure_async(self._manager.get(path, content=False, type="file"))
            if (about.get("size") or 0) > _LIMIT:
                raise SourceNotFound(file=path, reason="it is too large to be one")
            model = await ensure_async(
                self._manager.get(path, content=True, type="file", format="base64")
            )
        except HTTPError as error:
            reason = error.log_message or error.reason or "it cannot be read"
            raise SourceNotFound(file=path, reason=reason) from error
        return base64.b64decode(model["content"]), self.on_disk(path)

    def root(self) -> str | None:
        """The folder that is shown; None where the files are not on this disk."""
        root = getattr(self._manager, "root_dir", None)
        return str(root) if root else None

    def on_disk(self, path: str) -> str | None:
        """Where a path of the contents API is on the disk; None where it is not there."""
        root = self.root()
        return to_os_path(ApiPath(path), root) if root else None
