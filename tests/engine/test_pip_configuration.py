"""What a site tells pip reaches uv, tried with the real uv."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from uv import find_uv_bin

from jupyter_envs.engine.pip_configuration import uv_environment
from jupyter_envs.errors import ConfigurationInvalid
from tests.engine.recording import recording


class Host:
    """A pretended machine with files of pip."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.system = folder / "system"
        self.home.mkdir()

    def write(self, place: Path, text: str) -> Path:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
        return place

    def user(self, text: str) -> Path:
        return self.write(self.home / ".config" / "pip" / "pip.conf", text)

    def found(self, **environ: str) -> dict[str, str]:
        return uv_environment(environ, self.home, system_root=self.system)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def write_wheel(folder: Path, name: str, version: str = "1.0") -> Path:
    """The smallest wheel there is."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        rows.append(f"{path},sha256={digest.decode()},{len(text)}")
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""])
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def write_index(folder: Path, *wheels: Path) -> None:
    """A simple index (PEP 503) of ``wheels``."""
    for wheel in wheels:
        page = folder / "simple" / wheel.name.split("-", 1)[0] / "index.html"
        page.parent.mkdir(parents=True)
        (page.parent / wheel.name).write_bytes(wheel.read_bytes())
        page.write_text(f'<a href="{wheel.name}">{wheel.name}</a>', "utf-8")


def compile_with_uv(host: Host, requirement: str, environ: Mapping[str, str]) -> tuple[int, str]:
    (host.folder / "in.txt").write_text(requirement + "\n", "utf-8")
    done = subprocess.run(
        [find_uv_bin(), "pip", "compile", "in.txt", "--python", sys.executable, "--no-header"],
        cwd=host.folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(host.home),
            "UV_CACHE_DIR": str(host.folder / "cache"),
            "UV_HTTP_RETRIES": "0",
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


# -- with the real uv -------------------------------------------------------------------------


def test_a_wheel_house_without_any_index(host: Host) -> None:
    write_wheel(host.folder / "wheels, of ours", "firstpkg")
    write_wheel(host.folder / "more", "secondpkg")
    missing = host.folder / "gone"
    links = (
        f"{(host.folder / 'wheels, of ours').as_uri()}\n    {host.folder / 'more'}\n    {missing}"
    )
    host.user(f"[global]\nno-index = true\nfind-links =\n    {links}\n")
    environ = host.found()
    code, output = compile_with_uv(host, "firstpkg\nsecondpkg", environ)
    assert (code, "firstpkg==1.0" in output, "secondpkg==1.0" in output) == (0, True, True)
    code, output = compile_with_uv(host, "absentpkg", environ)
    assert code != 0
    assert "absentpkg was not found" in output


def test_a_private_index_with_a_login_and_a_second_index(host: Host) -> None:
    private, public = host.folder / "private", host.folder / "public"
    made = host.folder / "made"
    write_index(private, write_wheel(made, "firstpkg", "2.0"), write_wheel(made, "secondpkg"))
    write_index(public, write_wheel(made, "firstpkg"), write_wheel(made, "secondpkg", "3.0"))
    login = "Basic YWRhOmh1bnRlcjI="
    with recording(private, authorization=login) as main, recording(public) as extra:
        host.user(
            f"[global]\nindex-url = http://ada:hunter2@127.0.0.1:{main.port}/simple\n"
            f"[install]\nextra-index-url = http://127.0.0.1:{extra.port}/simple\n"
        )
        code, output = compile_with_uv(host, "firstpkg\nsecondpkg", host.found())
    # The best version, from whichever index: that is what pip would have taken.
    assert (code, "firstpkg==2.0" in output, "secondpkg==3.0" in output) == (0, True, True), output


# -- the rules --------------------------------------------------------------------------------


def test_no_configuration_changes_nothing(host: Host) -> None:
    assert host.found() == {}


def test_pips_order_of_files_sections_and_variables(host: Host) -> None:
    index = "[global]\nindex-url = https://{0}.example/simple\ntimeout = {1}\n"
    host.write(host.system / "etc/xdg/pip/pip.conf", index.format("xdg", 1))
    assert host.found()["UV_DEFAULT_INDEX"] == "https://xdg.example/simple"
    host.write(host.system / "etc/pip.conf", index.format("etc", 2))
    assert host.found()["UV_DEFAULT_INDEX"] == "https://etc.example/simple"
    host.write(host.home / ".pip/pip.conf", index.format("legacy", 3))
    assert host.found()["UV_DEFAULT_INDEX"] == "https://legacy.example/simple"
    host.user(index.format("user", 4))
    assert host.found()["UV_DEFAULT_INDEX"] == "https://user.example/simple"
    assert host.found()["UV_HTTP_TIMEOUT"] == "4"
    host.write(host.system / "etc/pip.conf", "[install]\nindex_url = https://i.example/simple\n")
    assert host.found()["UV_DEFAULT_INDEX"] == "https://i.example/simple"
    own = host.write(host.folder / "own.conf", "[global]\ntimeout = 5.5\n")
    assert host.found(PIP_CONFIG_FILE=str(own))["UV_HTTP_TIMEOUT"] == "6"
    found = host.found(PIP_INDEX_URL="https://env.example/simple", PIP_DEFAULT_TIMEOUT="9")
    assert found["UV_DEFAULT_INDEX"] == "https://env.example/simple"
    assert host.found(PIP_CONFIG_FILE=os.devnull) == {}


def test_a_named_file_takes_the_users_place(host: Host) -> None:
    host.user("[global]\nindex-url = https://user.example/simple\n")
    own = host.write(
        host.folder / "own.conf", "[global]\ntrusted-host = a.example b.example:8080\n"
    )
    assert host.found(PIP_CONFIG_FILE=str(own)) == {"UV_INSECURE_HOST": "a.example b.example:8080"}


def test_what_uv_was_told_itself_stays(host: Host) -> None:
    host.user(
        "[global]\nindex-url = https://a.example/simple\nextra-index-url = https://b.example\n"
        f"cert = {host.write(host.folder / 'ca.pem', '')}\nproxy = http://p.example:1\n"
    )
    found = host.found(
        UV_INDEX_URL="https://mine.example",
        UV_EXTRA_INDEX_URL="https://more.example",
        SSL_CERT_FILE="/mine.pem",
        https_proxy="http://mine.example:1",
    )
    assert found == {"HTTP_PROXY": "http://p.example:1"}


def test_certificate_proxy_and_prereleases(host: Host) -> None:
    bundle = host.write(host.folder / "ca.pem", "")
    host.user(f"[global]\ncert = {bundle}\nproxy = http://p.example:1\npre = yes\n")
    assert host.found() == {
        "SSL_CERT_FILE": str(bundle),
        "HTTP_PROXY": "http://p.example:1",
        "HTTPS_PROXY": "http://p.example:1",
        "UV_PRERELEASE": "allow",
    }


def test_a_broken_file_is_named_without_its_text(host: Host) -> None:
    file = host.user("[global]\nindex-url hunter2\n")
    with pytest.raises(ConfigurationInvalid, match="line 2") as caught:
        host.found()
    assert caught.value.params["file"] == str(file)
    assert "hunter2" not in str(caught.value.as_dict())
