"""Mirrors, proxies and certificates as configured for conda, tried with a real rattler."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rattler import Config

from jupyter_envs.engine.configuration import CondaConfiguration
from jupyter_envs.engine.network import rattler_config_toml
from tests.engine.ask_channel import ask, write_channel
from tests.engine.recording import recording
from tests.support.serve import serve


@pytest.fixture
def channel(tmp_path: Path) -> Path:
    write_channel(tmp_path / "served" / "chan")
    return tmp_path / "served"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_a_mirror_is_asked_in_place_of_the_channel(channel: Path, home: Path) -> None:
    with serve(channel / "nothing") as dead, serve(channel) as origin, serve(channel) as mirror:
        dead.go_down()
        (home / ".mambarc").write_text(
            "mirrored_channels:\n"
            f"  http://{origin.host}/chan: ['http://{dead.host}/x', 'http://{mirror.host}/chan']\n",
            "utf-8",
        )
        answer = ask([f"http://{origin.host}/chan"], home)
        assert answer.error == ""
        assert origin.requests == []
        assert mirror.requests
        # What would be locked names the channel, not the mirror.
        assert {urlsplit(url).netloc for url in answer.urls} == {origin.host}


def test_a_proxy_from_the_condarc(channel: Path, home: Path) -> None:
    with recording(channel) as proxy:
        (home / ".condarc").write_text(
            f"proxy_servers: {{http: 'http://ada:pr0xy@127.0.0.1:{proxy.port}'}}\n", "utf-8"
        )
        assert ask(["http://channels.invalid/chan"], home).error == ""
        assert set(proxy.hosts) == {"channels.invalid"}
        assert proxy.proxy_logins[0] == "Basic YWRhOnByMHh5"
        proxy.hosts.clear()
        environ = {"NO_PROXY": "channels.invalid", "CONDA_REMOTE_MAX_RETRIES": "0"}
        assert ask(["http://channels.invalid/other"], home, environ).error
        assert proxy.hosts == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for a certificate")
def test_a_certificate_of_the_sites_own(channel: Path, home: Path, tmp_path: Path) -> None:
    certificate = tmp_path / "site.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -addext"
    subprocess.run(
        [
            *command.split(),
            *("subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"),
            *("-keyout", str(certificate.with_suffix(".key")), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    with recording(channel, certificate=certificate) as server:
        url = f"https://127.0.0.1:{server.port}/chan"
        assert "certificate" in ask([url], home, {"CONDA_REMOTE_MAX_RETRIES": "0"}).error
        (home / ".condarc").write_text(f"ssl_verify: {certificate}\n", "utf-8")
        assert ask([url], home).error == ""
        shutil.rmtree(home / "private")
        (home / ".condarc").write_text("ssl_verify: false\n", "utf-8")
        assert ask([url], home).error == ""


def test_rattler_understands_every_line(home: Path) -> None:
    toml = rattler_config_toml(
        CondaConfiguration(
            home=home,
            ssl_verify="truststore",
            fetch_threads=7,
            proxy_servers={"all": "http://all.example:3128", "https": "http://u:%22@p.example:1"},
            no_proxy=("localhost", ".example.org"),
            mirrors={"conda-forge": ("https://u:hidden@m.example/cf", "oci://r.example/cf")},
        ),
        home / 'odd "name".json',
    )
    config, unknown = Config.from_toml_with_unused_keys(toml)
    assert unknown == []
    assert config.tls_root_certs == "system"
    assert config.concurrency_downloads == 7
    assert config.proxy_http == "http://all.example:3128/"
    assert config.proxy_https == "http://u:%22@p.example:1/"
    assert config.proxy_non_proxy_hosts == ["localhost", ".example.org"]
    assert config.authentication_override_file == home / 'odd "name".json'
    assert [len(targets) for targets in config.mirrors.values()] == [2]
    assert "hidden" not in toml
