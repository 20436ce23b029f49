"""Channels that are slow, ill, gone, or lie: an error in time that says so, and nothing made."""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engine.installing import Answer, install_from
from tests.support.channel.hostile import Hostile, Member, write_hostile, write_repodata
from tests.support.serve import Reply, serve

LIST, PACKAGE = "noarch/repodata.json", ".conda"
LOGIN_PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"
#: More than a test may wait for; a server asks for it.
HOUR = {"Retry-After": "3600"}

#: What is answered in place of a file; then code, words of the message, words of the hint.
REPLIES: dict[str, tuple[str, Reply, str, str, str]] = {
    "a login page for everything": (
        "", Reply(body=LOGIN_PAGE), "channel_unavailable", "no list of packages", "login page",
    ),
    "JSON of another form": (
        LIST, Reply(body=b"[]"), "channel_unavailable", "no list of packages", "login page",
    ),
    "an empty list": (
        LIST, Reply(body=b""), "channel_unavailable", "no list of packages", "login page",
    ),
    "a list that never comes": (
        LIST, Reply(stall_after=0), "channel_unavailable", "fell silent", "network",
    ),
    "half of the list": (
        LIST, Reply(stall_after=40), "channel_unavailable", "nothing came for 1 seconds", "network",
    ),
    "a list that says wait": (
        LIST, Reply(status=503, body=b"", headers=HOUR),
        "channel_unavailable", "its server failed (HTTP 503)", "network",
    ),
    "a list that leads to itself": (
        LIST, Reply(status=302, body=b"", headers={"Location": f"/{LIST}"}),
        "channel_unavailable", "too many redirects", "network",
    ),
    "half of the package": (
        PACKAGE, Reply(stall_after=200),
        "download_failed", "nothing came for 1 seconds", "already downloaded",
    ),
    "less than was said": (
        PACKAGE, Reply(body=b"PK", headers={"Content-Length": "5000"}),
        "download_failed", "pkg-1.0-0.conda", "Try again",
    ),
    "a page for a package": (
        PACKAGE, Reply(body=LOGIN_PAGE), "package_corrupt", "pkg-1.0-0.conda", "Try again",
    ),
    "a package that has gone": (
        PACKAGE, Reply(status=404, body=b""),
        "download_failed", "nothing at that address (HTTP 404)", "make a new lock",
    ),
    "a package behind a login": (
        PACKAGE, Reply(status=401, body=b""),
        "download_failed", "refused (HTTP 401)", "Log in",
    ),
    "a package that says wait": (
        PACKAGE, Reply(status=503, body=b"", headers=HOUR),
        "download_failed", "its server failed (HTTP 503)", "Try again",
    ),
    "a package that leads to itself": (
        PACKAGE, Reply(status=302, body=b"", headers={"Location": "/noarch/pkg-1.0-0.conda"}),
        "download_failed", "too many redirects", "Try again",
    ),
    "a package that leads to a file of mine": (
        PACKAGE, Reply(status=302, body=b"", headers={"Location": "file:///etc/hostname"}),
        "download_failed", "pkg-1.0-0.conda", "Try again",
    ),
}  # fmt: skip

#: What the list says of the package; then code and words of the message. None: it is installed.
LIES: dict[str, tuple[dict[str, Any], str | None, str]] = {
    "the truth": ({}, None, ""),
    "a size that is too small": ({"size": 3}, None, ""),
    "a negative size": ({"size": -5}, "channel_unavailable", "no list of packages"),
    "a size that is no number": ({"size": math.nan}, "channel_unavailable", "no list of packages"),
    "another sha256": ({"sha256": "0" * 64}, "package_corrupt", "not with 000000000000"),
    "no sha256": ({"sha256": None, "md5": "0" * 32}, "lock_invalid", "no sha256 for pkg-1.0-0"),
    "dependencies that are none": ({"depends": ["this is ]["]}, "unsatisfiable", "'pkg'"),
    "dependencies that are numbers": (
        {"depends": [5]}, "channel_unavailable", "no list of packages",
    ),
    "a build that is a path": ({"build": "../../0"}, "package_unsafe", "'../../0' for a name"),
    "a version that is a path": ({"version": "../1"}, "channel_unavailable", "malformed version"),
    "a name that is a path": ({"name": "../pkg"}, "package_not_found", "'pkg'"),
    # What it says of the place is not asked: it is where the list lies.
    "a file elsewhere": ({"fn": "../../x-1.0-0.conda"}, None, ""),
    "an address elsewhere": ({"url": "http://127.0.0.1:9/x.conda"}, None, ""),
    "another platform": ({"subdir": "../../win-64"}, None, ""),
}  # fmt: skip


#: What came of each, and where.
Tried = tuple[dict[str, Answer], Path]


def make_channel(folder: Path, **lies: Any) -> Path:
    package = Hostile(name="pkg", members=(Member("share/fine", b"fine"),))
    write_hostile(package, folder)
    write_repodata(folder, [package], **lies)
    return folder


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose calls nobody takes: they hang, as behind a firewall that drops them."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.socket()))
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):  # the queue of calls that were not taken is full after these
            caller = stack.enter_context(closing(socket.socket()))
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """What came of each channel, and the folder of their worlds."""
    folder = tmp_path_factory.mktemp("ill")
    channels: dict[str, str] = {}
    with ExitStack() as stack:
        for key, (place, reply, *_) in REPLIES.items():
            served = stack.enter_context(serve(make_channel(folder / "channels" / key)))
            served.replies[place] = reply
            channels[key] = served.url
        for key, (lies, *_) in LIES.items():
            liar = make_channel(folder / "channels" / key, **lies)
            channels[key] = stack.enter_context(serve(liar)).url
        patient = make_channel(folder / "channels" / "slow")
        channels["slow"] = stack.enter_context(serve(patient, bytes_per_second=300)).url
        channels["nobody takes the call"] = f"http://127.0.0.1:{stack.enter_context(deaf_port())}"
        settings = {
            "remote_max_retries": 0,
            "remote_read_timeout_secs": 1,
            "remote_connect_timeout_secs": 1,
        }
        found = install_from(channels, folder / "worlds", "pkg", **settings)
    return found, folder / "worlds"


@pytest.mark.parametrize("key", REPLIES)
def test_what_is_wrong_is_said(key: str, answers: Tried) -> None:
    _, _, code, words, advice = REPLIES[key]
    error = answers[0][key]
    assert error is not None
    assert error["code"] == code, error
    assert words in error["message"]
    assert advice in error["hint"]
    # The channel or the package is named, and no folder of the cache.
    assert "http://127.0.0.1:" in error["message"] or "pkg-1.0-0.conda" in error["message"]
    assert "/cache/" not in error["message"]


def test_a_call_that_nobody_takes_is_given_up(
    answers: Tried,
) -> None:
    error = answers[0]["nobody takes the call"]
    assert error is not None
    assert error["code"] == "channel_unavailable"
    assert "fell silent" in error["message"]


def test_a_slow_channel_is_not_a_silent_one(answers: Tried) -> None:
    # List and package each take longer than the limit.
    assert answers[0]["slow"] is None
    assert (answers[1] / "slow" / "prefix" / "share" / "fine").read_bytes() == b"fine"


@pytest.mark.parametrize("key", LIES)
def test_a_list_that_lies(key: str, answers: Tried) -> None:
    _, code, words = LIES[key]
    error = answers[0][key]
    if code is None:
        assert error is None
        assert (answers[1] / key / "prefix" / "share" / "fine").read_bytes() == b"fine"
        return
    assert error is not None
    assert error["code"] == code, error
    assert words in error["message"]


def test_nothing_is_installed_from_any_of_them(
    answers: Tried,
) -> None:
    for key, error in answers[0].items():
        world = answers[1] / key
        assert set(world.iterdir()) <= {world / name for name in ("cache", "home", "prefix")}
        if error is not None:
            assert not (world / "prefix" / "share").exists(), key
            folders = [p for p in (world / "cache" / "pkgs").iterdir() if p.is_dir()]
            assert folders == [], key
