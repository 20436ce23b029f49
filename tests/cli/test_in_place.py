"""An edit in place, ``open(path, "w")``, of a file that environments share with the cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.refusals import call
from tests.store import as_ordinary_user
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox, manifest
from tests.support.tiny_kernel import NOTES, tiny_channel

_WRITE = "import sys; open(sys.argv[1], 'w').write('edited')"


@pytest.fixture
def person(tmp_path: Path, channel: LocalChannel) -> Sandbox:
    """With ``one`` in two generations and ``two``, and a cache of their own."""
    own = tiny_channel(tmp_path / "own")
    return Sandbox(tmp_path, cache=tmp_path / "cache", channels=(own.url, channel.url))


def environments(person: Sandbox) -> Path:
    """Make them; the file of the current generation of ``one``."""
    person.create("tiny-kernel", name="one")
    person.json("update", "one", person.spec("tiny-kernel", "text-prefix"))
    person.create("tiny-kernel", name="two")
    person.wait_for_workers()
    edited = person.envs / ".jupyter-envs" / "one" / "2" / NOTES
    cached = next((person.folder / "cache").rglob(NOTES))
    # Of a file that was never shared this would prove nothing.
    others = [person.envs / ".jupyter-envs" / place / NOTES for place in ("one/1", "two/1")]
    assert {path.read_text() for path in (edited, cached, *others)} == {"shipped\n"}
    return edited


def elsewhere(person: Sandbox, edited: Path) -> dict[str, str]:
    """Everything of the store and of the cache but that file."""
    found = {**manifest(person.envs), **manifest(person.folder / "cache" / "pkgs")}
    return {
        path: text for path, text in found.items() if path != str(edited.relative_to(person.envs))
    }


def test_an_ordinary_user_is_refused_and_nothing_is_changed(person: Sandbox) -> None:
    edited = environments(person)
    before, text = elsewhere(person, edited), edited.read_text()
    shared = edited.stat().st_nlink > 1

    done = as_ordinary_user("python3", "-c", _WRITE, str(edited))

    if shared:
        assert "PermissionError" in done.stderr
        assert edited.read_text() == text
    assert elsewhere(person, edited) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_an_edit_by_root_stays_where_it_was_made(person: Sandbox) -> None:
    del person.environ["JUPYTER_ENVS_TEND"]  # what gives root copies of its own, soon after
    edited = environments(person)
    before = elsewhere(person, edited)

    edited.write_text("edited")

    assert elsewhere(person, edited) == before
    looked = call(person, "drift", "one", "--level", "content")
    assert (looked.returncode, NOTES in looked.stdout) == (1, True), looked.stdout
