"""The server that plays a channel does what its options say."""

from __future__ import annotations

import base64
import http.client
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.serve import serve


def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


def tag_of(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as response:
        return str(response.headers["ETag"])


def test_server_checks_passwords_and_bearers(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    with serve(tmp_path, basic=("me", "pass:word")) as served:
        url = f"{served.url}/file"
        good = "Basic " + base64.b64encode(b"me:pass:word").decode()
        assert fetch(url)[0] == 401
        assert fetch(url, Authorization="Basic bm8=")[0] == 403
        assert fetch(url, Authorization=good) == (200, b"content")
    with serve(tmp_path, bearer="abc") as served:
        assert fetch(f"{served.url}/file")[0] == 401
        assert fetch(f"{served.url}/file", Authorization="Bearer abc") == (200, b"content")


def test_server_gives_parts_and_confirms_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    with serve(tmp_path) as served:
        url = f"{served.url}/file"
        assert fetch(url, Range="bytes=2-4") == (206, b"234")
        assert fetch(url, Range="bytes=-3") == (206, b"789")
        assert fetch(url, Range="bytes=8-") == (206, b"89")
        tag = tag_of(url)
        assert fetch(url, **{"If-None-Match": tag})[0] == 304


def test_server_gives_nothing_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "channel").mkdir()
    (tmp_path / "outside").write_bytes(b"content")
    with serve(tmp_path / "channel") as served:
        assert fetch(f"{served.url}/../outside")[0] == 404
        assert fetch(f"{served.url}/%2e%2e/outside")[0] == 404


def test_server_fails_and_goes_down_when_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    with serve(tmp_path) as served:
        url = f"{served.url}/file"
        served.fail_next(2, 503)
        assert [fetch(url)[0] for _ in range(3)] == [503, 503, 200]
        assert served.requests == [("GET", "/file", s) for s in (503, 503, 200)]
        served.go_down()
        with pytest.raises(urllib.error.URLError):
            fetch(url)


def test_server_is_as_slow_as_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 50_000)
    with serve(tmp_path, bytes_per_second=100_000) as served:
        started = time.monotonic()
        assert len(fetch(f"{served.url}/file")[1]) == 50_000
        assert time.monotonic() - started > 0.4


def test_going_down_cuts_off_what_is_on_its_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 50_000)
    with serve(tmp_path, bytes_per_second=10_000) as served:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{served.url}/file", timeout=10) as response:
            assert response.read(100) == b"x" * 100
            served.go_down()
            with pytest.raises(http.client.IncompleteRead):
                response.read()
