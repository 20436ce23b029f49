"""Somebody whose disks and clock may go bad, and how to see that nothing of theirs was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_envs.ledger import Ledger
from tests.cli.refusals import Refusal, everything, refuse
from tests.support.bad_disk import BadDisk
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox, manifest

_AS_IT_WAS = "What was there before is as it was"


class Ground:
    """A sandbox on a machine whose disks a test can spoil."""

    def __init__(self, folder: Path, library: Path, channel: LocalChannel, cache: Path) -> None:
        self.sandbox = Sandbox(folder, cache=cache, channels=(channel.url,))
        self.cache = cache
        self.disk = BadDisk(library, folder)
        self.sandbox.environ.update(self.disk.environ)
        home = self.sandbox.home
        self.hidden = self.sandbox.envs / ".jupyter-envs"
        self.data = home / ".local" / "share" / "jupyter_envs"
        self.kernels = home / "jupyter"
        self.register = home / ".conda"

    def events(self) -> list[dict[str, Any]]:
        """The ledger's, whose chain must hold."""
        ledger = Ledger(self.data, "-")
        assert ledger.verify() == []
        return ledger.events()

    def owned(self) -> dict[str, Any]:
        """What the person has: environments, kernels, conda's register, the record."""
        found = everything(self.sandbox)
        return {
            # Not the next number: one that was given to a generation is never given again.
            "envs": {k: v for k, v in found.items() if k.startswith("envs/") and _stays(k)},
            "kernels": manifest(self.kernels),
            "register": self.sandbox.registered(),
            "events": self.events(),
        }

    def refused(self, *command: object, code: str = "no_space") -> Refusal:
        """A command that a disk stops: told as it should be, and nothing has changed."""
        before = self.owned()
        refusal = refuse(self.sandbox, *command)
        assert refusal.code == code, refusal
        assert self.disk.hits, "the disk was never asked"
        after = self.owned()
        assert after == before, {
            part: set(map(str, _items(before[part]))) ^ set(map(str, _items(after[part])))
            for part in before
        }
        return refusal


def _stays(name: str) -> bool:
    return not name.endswith("/next")


def _items(part: Any) -> Any:
    return part.items() if isinstance(part, dict) else part


def says_it_is_full(refusal: Refusal, place: Path) -> None:
    """Which disk, how much it has, what is safe and what to do: as a person reads it."""
    assert refusal.message.startswith(f"There is not enough disk space in {place}"), refusal
    assert "the disk at /" in refusal.message
    assert "free" in refusal.message
    assert refusal.hint is not None
    assert refusal.hint.startswith(_AS_IT_WAS)
    assert "do the same again" in refusal.hint
