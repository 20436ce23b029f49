"""Logins: found where sites keep them, understood by rattler, never shown."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote_plus

import msgspec
import pytest

from jupyter_envs.engine.channels import resolve_channels
from jupyter_envs.engine.configuration import CondaConfiguration
from jupyter_envs.engine.credentials import (
    Credentials,
    find_credentials,
    redact,
    strip_url,
    write_auth_file,
)
from tests.engine.ask_channel import Answer, ask, write_channel
from tests.support.serve import serve

UUID_TOKEN = "ab-01234567-89ab-cdef-0123-456789abcdef"


@pytest.fixture
def channel(tmp_path: Path) -> Path:
    write_channel(tmp_path / "served" / "private")
    return tmp_path / "served"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def collect(
    home: Path, channels: Sequence[str] = ("conda-forge",), **settings: object
) -> Credentials:
    configuration = CondaConfiguration(home=home, **settings)  # type: ignore[arg-type]  # each test names its own settings
    environ = {"ANACONDA_API_TOKEN": "not-for-channels"}
    resolution = resolve_channels(channels, configuration, environ={})
    return find_credentials(resolution, configuration, environ=environ, home=home)


def save_token(home: Path, server: str, token: str) -> None:
    folder = home / ".continuum" / "anaconda-client" / "tokens"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{quote_plus(server)}.token").write_text(token + "\n", "utf-8")


def assert_found(answer: Answer, base: str) -> None:
    assert answer.error == ""
    assert answer.urls == tuple(f"{base}/{s}/pkg-1.0-0.conda" for s in ("linux-64", "noarch"))


# -- against a real server, with a real rattler -------------------------------------------------


def test_a_token_in_the_channels_url(channel: Path, home: Path) -> None:
    with serve(channel, token="tk-s3cret") as server:
        answer = ask([f"{server.url}/private"], home)
        assert_found(answer, f"http://{server.host}/private")
    assert stat.S_IMODE((home / "private" / "auth.json").stat().st_mode) == 0o600


def test_a_login_in_the_channel_alias(channel: Path, home: Path) -> None:
    with serve(channel, basic=("ada", "pass/wörd")) as server:
        alias = f"http://ada:pass%2Fw%C3%B6rd@{server.host}"
        (home / ".condarc").write_text(f"channel_alias: {alias}\n", "utf-8")
        assert_found(ask(["private"], home), f"http://{server.host}/private")


def test_a_login_from_netrc(channel: Path, home: Path) -> None:
    with serve(channel, basic=("ada", "hunter2")) as server:
        text = "machine 127.0.0.1 login ada password hunter2\n"
        (home / ".netrc").write_text(text, "utf-8")
        assert_found(ask([f"http://{server.host}/private"], home), f"http://{server.host}/private")


def test_a_bearer_token_in_rattlers_own_file(channel: Path, home: Path) -> None:
    named = home / "my-auth.json"
    with serve(channel, bearer="b34rer") as server:
        named.write_text('{"127.0.0.1": {"BearerToken": "b34rer"}}', "utf-8")
        url = f"http://{server.host}/private"
        assert_found(ask([url], home, {"RATTLER_AUTH_FILE": str(named)}), url)


def test_a_token_of_anaconda_client(channel: Path, home: Path) -> None:
    with serve(channel, token="tk-s3cret") as server:
        save_token(home, f"http://{server.host}", "tk-s3cret")
        url = f"http://{server.host}/private"
        assert_found(ask([url], home), url)
        (home / ".condarc").write_text("add_anaconda_token: false\n", "utf-8")
        assert ask([url], home).urls == ()


def test_two_tokens_on_one_host(channel: Path, home: Path) -> None:
    with serve(channel, token="first") as one, serve(channel, token="second") as two:
        answer = ask([f"{one.url}/private", f"{two.url}/private"], home)
        assert answer.error == ""
        assert len(answer.urls) == 4
        assert not any("/t/" in url for url in answer.urls)


def test_a_token_in_the_middle_of_a_path(tmp_path: Path, home: Path) -> None:
    write_channel(tmp_path / "served" / "conda" / "t" / "tk-s3cret" / "private")
    with serve(tmp_path / "served") as server:
        answer = ask([f"http://{server.host}/conda/t/tk-s3cret/private"], home)
        assert_found(answer, f"http://{server.host}/conda/private")


def test_a_wrong_login_is_refused_without_being_shown(channel: Path, home: Path) -> None:
    with serve(channel, token="right") as one, serve(channel, token="other") as two:
        urls = [f"http://{s.host}/t/{t}-wr0ng/private" for s, t in ((one, "a"), (two, "b"))]
        answer = ask(urls, home)
    assert "401" in answer.error
    assert "wr0ng" not in answer.redacted


def test_a_mirror_gets_its_own_login_and_not_the_origins(channel: Path, home: Path) -> None:
    with serve(channel, basic=("mirror", "m1rror")) as server:
        (home / ".condarc").write_text(
            "channel_alias: http://origin:0r1gin@channels.invalid\n"
            f"mirrored_channels: {{private: ['http://mirror:m1rror@{server.host}/private']}}\n",
            "utf-8",
        )
        answer = ask(["private"], home)
        assert_found(answer, "http://channels.invalid/private")
    assert [where for where, _ in answer.problems] == ["channels.invalid"]


# -- what is collected ------------------------------------------------------------------------


def test_the_first_place_wins(home: Path) -> None:
    save_token(home, "https://api.anaconda.org", "from-client")
    (home / ".rattler").mkdir()
    store = {"conda.anaconda.org": {"BearerToken": "x"}, "*.prefix.dev": {"BearerToken": "y"}}
    (home / ".rattler" / "credentials.json").write_text(json.dumps(store), "utf-8")
    (home / ".netrc").write_text(
        "machine repo.prefix.dev login n password n1\ndefault login a password b\n", "utf-8"
    )
    assert collect(home).entries == {
        "conda.anaconda.org": {"CondaToken": "from-client"},
        "api.anaconda.org": {"CondaToken": "from-client"},
        "*.prefix.dev": {"BearerToken": "y"},
        "repo.prefix.dev": {"BasicHTTP": {"username": "n", "password": "n1"}},
    }


def test_a_second_login_for_one_host_is_reported(home: Path) -> None:
    found = collect(home, ["https://a:a1@x.example/c", "https://b:b2@x.example/d"])
    assert found.entries == {"x.example": {"BasicHTTP": {"username": "a", "password": "a1"}}}
    assert [problem.where for problem in found.problems] == ["https://x.example/d"]


def test_what_cannot_be_read_is_reported(home: Path) -> None:
    (home / ".netrc").write_text("open sesame\n", "utf-8")
    (home / ".rattler").mkdir()
    (home / ".rattler" / "credentials.json").write_text("[]", "utf-8")
    found = collect(
        home,
        channel_settings=({"channel": "https://repo.example/c", "auth": "anaconda-auth"},),
        client_ssl_cert="/certs/me.pem",
    )
    assert {problem.where for problem in found.problems} == {
        str(home / ".netrc"),
        str(home / ".rattler" / "credentials.json"),
        "https://repo.example/c",
        "client_ssl_cert",
    }


def test_no_logins_no_file(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    assert write_auth_file(collect(home), path) is None
    assert not path.exists()


def test_an_auth_file_never_keeps_an_older_ones_permissions(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_text("{}", "utf-8")
    path.chmod(0o644)
    assert write_auth_file(collect(home, ["https://a:a1@x.example/c"]), path) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# -- what is shown ------------------------------------------------------------------------------


def test_nothing_secret_is_shown(home: Path) -> None:
    found = collect(
        home,
        ["https://ada:s3cr%2Ft@x.example/c", f"https://x.example/t/{UUID_TOKEN}/d"],
        proxy_servers={"http": "http://me:pr0xy@proxy.example"},
        mirrors={"https://y.example/c": ("https://y.example/mid/t/m1dtoken/c",)},
    )
    text = (
        f"GET https://x.example/t/{UUID_TOKEN}/d and https://ada:s3cr%2Ft@x.example/c failed; "
        "password s3cr/t via http://me:pr0xy@proxy.example, Basic YWRhOnMzY3IvdA==, "
        "/t/unknown/c, not-for-channels, m1dtoken"
    )
    shown = redact(text, found) + repr(found) + str(msgspec.structs.replace(found))
    for secret in (UUID_TOKEN, "s3cr", "pr0xy", "YWRhOn", "unknown", "not-for", "m1dtoken"):
        assert secret not in shown
    assert "https://x.example/" in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://u:p@x.example/c/p.conda", "https://x.example/c/p.conda"),
        ("https://u:p@ss@x.example/c", "https://x.example/c"),
        ("https://tok@x.example:8080/c", "https://x.example:8080/c"),
        ("https://x.example/t/abc/c/p.conda", "https://x.example/c/p.conda"),
        ("https://u:p@x.example/t/abc/c", "https://x.example/c"),
        (f"https://x.example/api/t/{UUID_TOKEN}/c", "https://x.example/api/c"),
        ("https://x.example/packages/t/tqdm/t.whl", "https://x.example/packages/t/tqdm/t.whl"),
        ("file:///srv/t/abc/c", "file:///srv/t/abc/c"),
        ("see http://a:b@h/x and mail me@example.org", "see http://h/x and mail me@example.org"),
    ],
)
def test_strip_url(text: str, expected: str) -> None:
    assert strip_url(text) == expected
