"""Private channels: every usual place for a login works, and none of it is found afterwards."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from tests.cli.channels import lock_of, traces
from tests.support.channel import LocalChannel
from tests.support.sandbox import Failed, Sandbox
from tests.support.serve import ServedFolder, serve

SECRET = "xk-7Hq2vR9mWz4LdT8p"

#: Kept byte for byte in the generation, as the person wrote it.
KEPT_SPEC = "home/envs/.jupyter-envs/demo/1/conda-meta/jupyter-envs/environment.yml"


@pytest.fixture
def private(tmp_path: Path, channel: LocalChannel) -> Sandbox:
    """A person whose caches and temporary files are in the folder that is searched."""
    sandbox = Sandbox(tmp_path, cache=tmp_path / "home" / "cache", channels=(channel.url,))
    (tmp_path / "tmp").mkdir()
    sandbox.environ["TMPDIR"] = str(tmp_path / "tmp")
    return sandbox


def call(sandbox: Sandbox, *arguments: object) -> None:
    """A call that succeeds, and prints nothing that it should not."""
    process = sandbox.start(*arguments)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert SECRET not in out + err


def create(sandbox: Sandbox, *dependencies: str, **sections: Any) -> set[str]:
    """Make ``demo``; returns where the secret is then."""
    call(sandbox, "create", sandbox.spec(*dependencies, **sections), "--json")
    return traces(SECRET, sandbox.folder)


def save_client_token(home: Path, server: str) -> str:
    """A token as ``anaconda login`` keeps it; returns its place."""
    file = f".continuum/anaconda-client/tokens/{quote_plus(server)}.token"
    (home / file).parent.mkdir(parents=True)
    (home / file).write_text(SECRET + "\n")
    return f"home/{file}"


# -- where logins are kept ----------------------------------------------------------------------


def test_a_token_in_the_file(private: Sandbox, channel: LocalChannel) -> None:
    with serve(channel.path, token=SECRET) as server:
        found = create(private, "text-prefix", channels=[server.url])
        for words in (("update", "demo"), ("show", "demo"), ("export", "demo", "--format", "lock")):
            call(private, *words)
    assert found == {"demo.yml", KEPT_SPEC}
    assert lock_of(private).channels == (f"http://{server.host}",)
    kept = private.folder / KEPT_SPEC
    assert kept.read_bytes() == (private.folder / "demo.yml").read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_token_with_a_dependencys_channel(
    private: Sandbox, channel: LocalChannel, second_channel: LocalChannel
) -> None:
    with serve(channel.path, token=SECRET) as server:
        found = create(private, "binary-prefix", f"{server.url}::text-prefix")
    assert found == {"demo.yml", KEPT_SPEC}
    history = (private.envs / "demo" / "conda-meta" / "history").read_text()
    assert f"'http://{server.host}::text-prefix'" in history


def test_a_token_in_the_condarc(private: Sandbox, channel: LocalChannel) -> None:
    with serve(channel.path, token=SECRET) as server:
        private.configure(envs_dirs=[str(private.envs)], channels=[server.url])
        assert create(private, "text-prefix") == {"home/.condarc"}


def test_a_token_of_anaconda_client(private: Sandbox, channel: LocalChannel) -> None:
    with serve(channel.path, token=SECRET) as server:
        place = save_client_token(private.home, f"http://{server.host}")
        found = create(private, "text-prefix", channels=[f"http://{server.host}"])
    assert found == {place}


def test_a_password_in_the_file(private: Sandbox, channel: LocalChannel) -> None:
    with serve(channel.path, basic=("ada", SECRET)) as server:
        found = create(private, "text-prefix", channels=[f"http://ada:{SECRET}@{server.host}"])
    assert found == {"demo.yml", KEPT_SPEC}


def test_a_password_in_netrc(private: Sandbox, channel: LocalChannel) -> None:
    (private.home / ".netrc").write_text(f"machine 127.0.0.1 login ada password {SECRET}\n")
    with serve(channel.path, basic=("ada", SECRET)) as server:
        found = create(private, "text-prefix", channels=[f"http://{server.host}"])
    assert found == {"home/.netrc"}


def test_a_bearer_token_of_rattler(private: Sandbox, channel: LocalChannel) -> None:
    (private.home / ".rattler").mkdir()
    store = private.home / ".rattler" / "credentials.json"
    store.write_text(json.dumps({"127.0.0.1": {"BearerToken": SECRET}}))
    with serve(channel.path, bearer=SECRET) as server:
        found = create(private, "text-prefix", channels=[f"http://{server.host}"])
    assert found == {"home/.rattler/credentials.json"}


def test_a_mirror_with_a_token(private: Sandbox, channel: LocalChannel) -> None:
    with serve(channel.path, token=SECRET) as mirror:
        private.configure(
            envs_dirs=[str(private.envs)],
            channels=["https://channels.invalid/main"],
            mirrored_channels={"https://channels.invalid/main": [mirror.url]},
        )
        assert create(private, "text-prefix") == {"home/.condarc"}
    assert lock_of(private).channels == ("https://channels.invalid/main",)


def test_a_kernel_from_a_private_channel(
    private: Sandbox, channel: LocalChannel, shared_cache: Path
) -> None:
    private.environ["JUPYTER_ENVS_CACHE_DIR"] = str(shared_cache)
    with serve(channel.path, token=SECRET) as server:
        private.configure(envs_dirs=[str(private.envs)], channels=[server.url])
        private.create("demo-lib")
    assert private.kernel_names() == ["conda-env-demo-py"]
    assert traces(SECRET, private.folder) == {"home/.condarc"}


# -- refusals and failures ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["token", "password"])
def test_a_wrong_login_is_denied_and_not_shown(
    kind: str, private: Sandbox, channel: LocalChannel
) -> None:
    right: dict[str, Any] = {"token": "right"} if kind == "token" else {"basic": ("ada", "right")}
    with serve(channel.path, **right) as server:
        before, after = (f"ada:{SECRET}@", "") if kind == "password" else ("", f"/t/{SECRET}")
        spec = private.spec("text-prefix", channels=[f"http://{before}{server.host}{after}"])
        with pytest.raises(Failed) as plain:
            private.run("create", spec)
        with pytest.raises(Failed) as failed:
            private.run("create", spec, "--json")

    assert failed.value.error["code"] == "channel_denied"
    assert server.host in failed.value.error["message"]
    for error in (plain.value, failed.value):
        assert SECRET not in error.stdout + error.stderr
    assert traces(SECRET, private.folder) == {"demo.yml"}


@pytest.fixture
def downloading(
    private: Sandbox, channel: LocalChannel
) -> Iterator[tuple[ServedFolder, subprocess.Popen[str]]]:
    """A create in the middle of a long download; the token is in demo.yml."""
    with serve(channel.path, token=SECRET, bytes_per_second=6_000_000) as server:
        spec = private.spec("bulk", channels=[server.url])
        with private.start("create", spec, "--json") as process:
            _wait_for(server, "/bulk-")
            yield server, process


def test_a_download_that_breaks_off(
    private: Sandbox, downloading: tuple[ServedFolder, subprocess.Popen[str]]
) -> None:
    server, process = downloading
    server.go_down()
    out, err = process.communicate(timeout=60)

    error = json.loads(out.splitlines()[-1])
    assert error["code"] == "download_failed"
    assert "bulk" in error["message"]
    assert SECRET not in out + err
    assert traces(SECRET, private.folder) == {"demo.yml"}
    assert private.names() == []


def test_a_download_that_is_cancelled(
    private: Sandbox, downloading: tuple[ServedFolder, subprocess.Popen[str]]
) -> None:
    process = downloading[1]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert SECRET not in out + err
    assert traces(SECRET, private.folder) == {"demo.yml"}


def test_a_worker_that_is_killed(
    private: Sandbox, downloading: tuple[ServedFolder, subprocess.Popen[str]]
) -> None:
    process = downloading[1]
    (operation,) = private.json("operations")["operations"]
    os.kill(operation["worker"]["pid"], signal.SIGKILL)
    out, err = process.communicate(timeout=60)

    assert json.loads(out.splitlines()[-1])["code"] == "interrupted"
    assert SECRET not in out + err
    # What a resume needs is there still, for its owner alone.
    left = traces(SECRET, private.folder) - {"demo.yml"}
    assert [Path(place).name for place in left] == ["building"]
    assert stat.S_IMODE((private.folder / left.pop()).stat().st_mode) == 0o600


def _wait_for(server: ServedFolder, part: str) -> None:
    deadline = time.monotonic() + 30
    while not any(part in path for _, path, _ in server.requests):
        assert time.monotonic() < deadline
        time.sleep(0.02)
