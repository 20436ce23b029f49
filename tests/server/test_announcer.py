"""When the announcer looks at the store, and when it leaves it in peace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.server import EnvsApp, events
from jupyter_envs.server.events import Announcer, rest_after
from jupyter_envs.server.services import Services
from jupyter_envs.store import Store, this_process

#: Between two looks; a server takes more time.
LOOK_SECONDS = 0.1
#: Time enough for four looks, and for two where the machine is busy.
A_WHILE = 4.5 * LOOK_SECONDS


class Counted(Services):
    """Services that count what is done in their threads: the announcer's looks."""

    looks = 0

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Awaitable[Any]:
        self.looks += 1
        return super().run(function, *args, **kwargs)


class Unused:
    """Kernels and files, for which nobody asks here."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


class Watched:
    """An announcer over a real store, and what it has said."""

    def __init__(self, root: Path) -> None:
        unused: Any = Unused()
        self.store = Store(root)
        self.services = Counted(
            envs_dir=root, options={}, kernels=unused, files=unused, hub=False, remote_kernels=False
        )
        self.said: list[dict[str, Any]] = []
        log = logging.getLogger(__name__)
        self.announcer = Announcer(self.services, self.said.append, log)

    async def looks(self) -> int:
        """How often it looks in a while."""
        before = self.services.looks
        await asyncio.sleep(A_WHILE)
        return self.services.looks - before

    async def close(self) -> None:
        await self.announcer.stop()
        self.services.close()


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(events, "LOOK_SECONDS", LOOK_SECONDS)
    monkeypatch.setattr(events, "INTEREST_SECONDS", 2 * LOOK_SECONDS)
    return Watched(tmp_path / "envs")


def beginning(store: Store) -> JournalWriter:
    """The journal of an operation that this process answers for."""
    journal = JournalWriter(journal_path(store, new_id()))
    journal.submit(verb="create", name="demo", actor="ada", worker=this_process())
    return journal


def test_it_looks_while_somebody_does_and_then_stops(watched: Watched) -> None:
    async def follow() -> None:
        watched.announcer.start()
        assert await watched.looks() == 0
        watched.announcer.interest()
        assert 1 < await watched.looks() <= 6
        assert await watched.looks() == 0
        watched.announcer.interest()
        assert await watched.looks() > 1
        await watched.close()

    asyncio.run(follow())
    assert watched.said == []


def test_it_looks_until_the_last_operation_has_ended(watched: Watched) -> None:
    async def follow() -> None:
        watched.announcer.start()
        watched.announcer.interest()
        await asyncio.sleep(LOOK_SECONDS)
        journal = beginning(watched.store)
        await watched.looks()
        assert await watched.looks() >= 2
        journal.end("succeeded", {})
        journal.close()
        await watched.looks()
        assert await watched.looks() == 0
        await watched.close()

    asyncio.run(follow())
    states = [one["state"] for event in watched.said for one in event["operations"]]
    assert states == ["queued", "succeeded"]


def test_what_happened_while_it_slept_is_no_news(watched: Watched) -> None:
    """Whoever wakes it has just asked for everything."""
    journal = beginning(watched.store)
    journal.end("succeeded", {})
    journal.close()

    async def follow() -> None:
        watched.announcer.start()
        watched.announcer.interest()
        await watched.looks()
        await watched.close()

    asyncio.run(follow())
    assert watched.said == []


def test_a_store_that_cannot_be_read_for_a_moment(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(events, "_AFTER_A_FAULT_SECONDS", LOOK_SECONDS)
    monkeypatch.setattr(events, "INTEREST_SECONDS", 60.0)
    condarc = Path.home() / ".condarc"
    condarc.write_text("channels: [")

    async def follow() -> None:
        watched.announcer.start()
        watched.announcer.interest()
        await watched.looks()
        condarc.unlink()
        await watched.looks()
        beginning(watched.store).close()
        await watched.looks()
        await watched.close()

    asyncio.run(follow())
    # It has tried several times, and has said so once.
    assert caplog.text.count("cannot look at its store") == 1
    assert [one["name"] for event in watched.said for one in event["operations"]] == ["demo"]


def test_it_can_be_stopped_before_it_was_started(watched: Watched) -> None:
    """As in a server that is told to go while it is still starting."""
    asyncio.run(EnvsApp().stop_extension())
    asyncio.run(watched.announcer.stop())


@pytest.mark.parametrize(
    ("took", "rest"), [(0.0, 0.25), (0.02, 0.25), (0.04, 0.36), (0.1, 0.9), (30.0, 2.0)]
)
def test_a_large_store_is_looked_at_less_often(took: float, rest: float) -> None:
    assert rest_after(took) == pytest.approx(rest)
