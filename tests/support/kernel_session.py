"""Kernels started from a Jupyter that knows nothing of this package."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

_DRIVER = Path(__file__).with_name("kernel_driver.py")


class KernelSession:
    """Drives kernels in another Python; each call is one line of JSON there and back."""

    def __init__(self, python: Path, environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [python, "-W", "ignore", _DRIVER],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> KernelSession:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _ask(self, **call: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def specs(self) -> list[str]:
        """Kernels that this Jupyter finds."""
        found: list[str] = self._ask(do="specs")
        return found

    def start(self, kernel: str) -> str:
        """Start a kernel; returns a handle."""
        handle: str = self._ask(do="start", kernel=kernel)
        return handle

    def run(self, handle: str, code: str) -> str:
        """What a cell prints; its traceback as an AssertionError."""
        text: str = self._ask(do="run", handle=handle, code=code)
        return text.strip()

    def restart(self, handle: str) -> None:
        """Restart in place, as the Restart button does."""
        self._ask(do="restart", handle=handle)

    def pid(self, handle: str) -> int:
        """The process that the kernel manager started."""
        found: int = self._ask(do="pid", handle=handle)
        return found

    def stop(self, handle: str) -> None:
        """Shut a kernel down."""
        self._ask(do="stop", handle=handle)

    def once(self, kernel: str, code: str) -> str:
        """Start, run one cell, stop."""
        handle = self.start(kernel)
        try:
            return self.run(handle, code)
        finally:
            self.stop(handle)
