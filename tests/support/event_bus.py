"""Who listens to Jupyter's event bus, as an open JupyterLab does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import msgspec
import websocket

CHANGES = "urn:jupyter_envs:events:changes:v1"
_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.02


class Heard(msgspec.Struct, frozen=True):
    """One event of ours, and when it came (seconds, monotonic)."""

    moment: float
    data: dict[str, Any]

    @property
    def operations(self) -> list[dict[str, Any]]:
        """The operations that it tells of."""
        found: list[dict[str, Any]] = self.data["operations"]
        return found


class EventBus:
    """Collects our events while a ``with`` block runs. ``url`` is the server's, with base_url."""

    def __init__(self, url: str, token: str) -> None:
        address = url.replace("http://", "ws://", 1) + "api/events/subscribe"
        header = [f"Authorization: token {token}"]
        self._socket = websocket.create_connection(address, timeout=10, header=header)
        self._heard: list[Heard] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> EventBus:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.abort()  # type: ignore[no-untyped-call]  # theirs
        self._thread.join(timeout=10)
        self._socket.shutdown()  # type: ignore[no-untyped-call]  # theirs

    def _listen(self) -> None:
        self._socket.settimeout(None)
        while True:
            try:
                text = self._socket.recv()
            except (websocket.WebSocketException, OSError):
                return
            if not text:
                return
            event = json.loads(text)
            if event["schema_id"] == CHANGES:
                self._heard.append(Heard(time.monotonic(), event))

    @property
    def heard(self) -> list[Heard]:
        """Everything so far, in order."""
        return list(self._heard)

    def wait(self, wanted: Callable[[Heard], object], *, seconds: float = _WAIT_SECONDS) -> Heard:
        """The first event that is wanted, from the beginning on. Raises AssertionError."""
        deadline = time.monotonic() + seconds
        while True:
            for event in self.heard:
                if wanted(event):
                    return event
            if time.monotonic() > deadline:
                raise AssertionError(f"no such event in {seconds:.0f} seconds: {self.heard}")
            time.sleep(_POLL_SECONDS)

    def ended(self, name: str, *, seconds: float = _WAIT_SECONDS) -> dict[str, Any]:
        """The first event's operation on ``name`` that has ended."""
        states = ("succeeded", "failed", "cancelled", "interrupted")

        def over(event: Heard) -> list[dict[str, Any]]:
            return [o for o in event.operations if o["name"] == name and o["state"] in states]

        return over(self.wait(over, seconds=seconds))[0]
