"""What engine/ takes for granted of uv's command line, which is young."""

from __future__ import annotations

import hashlib
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_envs.engine.uv import UvContext, UvResult, run_uv
from jupyter_envs.engine.uv_messages import explain_uv, hash_mismatch
from tests.engine.recording import recording

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ASKED = "app\n"
COMPILE = ("compile", "pip.in", "-o", "pylock.toml", "--quiet", "--format", "pylock.toml")


def write_wheel(folder: Path, name: str, version: str, *requires: str) -> Path:
    """A wheel with one module."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {line}\n" for line in requires)
    members = {
        f"{name}.py": f"version = {version!r}\n",
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members.items():
            # A ZipInfo of our own has a fixed date: the same wheel has the same hash each time.
            archive.writestr(zipfile.ZipInfo(member), text)
    return path


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a package index: ``app`` needs ``lib``, of which there are 1.0 and 2.0."""
    root = tmp_path_factory.mktemp("index")
    wheels = [
        write_wheel(root / "lib", "lib", "1.0"),
        write_wheel(root / "lib", "lib", "2.0"),
        write_wheel(root / "app", "app", "1.0", "lib"),
        write_wheel(root / "old", "old", "1.0", "lib<2"),
    ]
    for folder in {wheel.parent for wheel in wheels}:
        links = "".join(f'<a href="{w.name}">{w.name}</a>' for w in sorted(folder.glob("*.whl")))
        (folder / "index.html").write_text(f"<!DOCTYPE html><body>{links}</body>")
    with recording(root) as server:
        yield f"http://127.0.0.1:{server.port}/"


@pytest.fixture
def context(tmp_path: Path, index: str) -> UvContext:
    """An empty interpreter, and an index to ask."""
    prefix = tmp_path / "prefix"
    venv.create(prefix, with_pip=False)
    return UvContext(
        prefix=prefix, cache=tmp_path / "cache", environment={"UV_DEFAULT_INDEX": index}
    )


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder that uv works in."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "pip.in").write_text(ASKED)
    return folder


def compiled(context: UvContext, work: Path, *more: str) -> list[dict[str, Any]]:
    result = run_uv([*COMPILE, "--no-header", *more], context, folder=work)
    assert result.returncode == 0, result.stderr
    packages: list[dict[str, Any]] = tomllib.loads((work / "pylock.toml").read_text())["packages"]
    return packages


def installed(context: UvContext, work: Path, *packages: tuple[str, str, str]) -> UvResult:
    """Install (name, version, url#sha256) from a pylock.toml like ours."""
    parts = ['lock-version = "1.0"\ncreated-by = "test"\n']
    for name, version, url in packages:
        address, _, digest = url.partition("#")
        file = f'{{ url = "{address}", hashes = {{ sha256 = "{digest}" }} }}'
        parts.append(f'[[packages]]\nname = "{name}"\nversion = "{version}"\nwheels = [{file}]\n')
    (work / "pylock.toml").write_text("\n".join(parts))
    return run_uv(
        ["install", "--no-deps", "--require-hashes", "--quiet", "-r", "pylock.toml"],
        context,
        folder=work,
    )


def hashed(index: str, tmp_path: Path, name: str, version: str, *requires: str) -> str:
    """The URL of a wheel of the index, with its sha256."""
    wheel = write_wheel(tmp_path / "again", name, version, *requires)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"{index}{name}/{wheel.name}#{digest}"


# -- compile ------------------------------------------------------------------------------------


def test_the_shape_of_a_pylock(context: UvContext, work: Path, index: str) -> None:
    packages = compiled(context, work)

    assert [(p["name"], p["version"]) for p in packages] == [("app", "1.0"), ("lib", "2.0")]
    for package in packages:
        (wheel,) = package["wheels"]
        name = f"{package['name']}-{package['version']}-py3-none-any.whl"
        assert wheel["url"] == f"{index}{package['name']}/{name}"
        assert len(wheel["hashes"]["sha256"]) == 64


def test_a_folder_of_wheels(context: UvContext, work: Path, tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path / "found", "lib", "9.0")
    (work / "pip.in").write_text(f"--find-links {wheel.parent}\nlib==9.0\n")
    (package,) = compiled(context, work)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert package["wheels"] == [{"url": wheel.as_uri(), "hashes": {"sha256": digest}}]


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_an_archive_by_its_address(
    scheme: str, context: UvContext, work: Path, index: str, tmp_path: Path
) -> None:
    wheel = write_wheel(tmp_path / "here", "lib", "1.0")
    address = wheel.as_uri() if scheme == "file" else f"{index}lib/{wheel.name}"
    (work / "pip.in").write_text(f"lib @ {address}\n")

    (package,) = compiled(context, work)

    key, value = ("path", str(wheel)) if scheme == "file" else ("url", address)
    assert "wheels" not in package
    assert package["archive"][key] == value
    assert package["archive"]["hashes"]["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_an_earlier_output_is_preferred(context: UvContext, work: Path) -> None:
    (work / "pip.in").write_text("app\nlib<2\n")
    compiled(context, work)
    (work / "pip.in").write_text(ASKED)
    assert [p["version"] for p in compiled(context, work) if p["name"] == "lib"] == ["1.0"]
    assert [p["version"] for p in compiled(context, work, "-U") if p["name"] == "lib"] == ["2.0"]


def test_a_package_can_be_left_out(context: UvContext, work: Path) -> None:
    (work / "owned.txt").write_text("lib==1.0\n")
    packages = compiled(context, work, "-c", "owned.txt", "--no-emit-package", "lib")
    assert [p["name"] for p in packages] == ["app"]


def test_the_text_of_a_conflict(context: UvContext, work: Path) -> None:
    (work / "pip.in").write_text("old\nlib>=2\n")
    result = run_uv([*COMPILE, "--no-header"], context, folder=work)
    assert result.returncode != 0
    said = explain_uv(result.stderr)
    assert "old" in said
    assert "lib<2" in said
    assert "lib>=2" in said


# -- install ------------------------------------------------------------------------------------


def test_a_lock_is_installed_as_it_is(
    context: UvContext, work: Path, index: str, tmp_path: Path
) -> None:
    result = installed(context, work, ("lib", "1.0", hashed(index, tmp_path, "lib", "1.0")))

    assert result.returncode == 0, result.stderr
    (info,) = context.prefix.glob("lib/python3*/site-packages/lib-1.0.dist-info")
    assert (info / "INSTALLER").read_text() == "uv"
    # With it, a freeze would name the URL instead of the version.
    assert not (info / "direct_url.json").exists()


def test_the_text_of_a_wrong_hash(context: UvContext, work: Path, index: str) -> None:
    url = f"{index}lib/lib-1.0-py3-none-any.whl#{'0' * 64}"
    result = installed(context, work, ("lib", "1.0", url))
    assert result.returncode != 0
    wrong = hash_mismatch(result.stderr)
    assert wrong is not None
    assert (wrong[0], wrong[1]) == ("lib==1.0", "0" * 64)
    assert len(wrong[2]) == 64
    assert not list(context.prefix.glob("lib/python3*/site-packages/lib*"))


def test_the_text_of_a_check(context: UvContext, work: Path, index: str, tmp_path: Path) -> None:
    clean = run_uv(["check"], context, folder=work)
    assert clean.returncode == 0
    assert "The package " not in clean.stderr

    app = ("app", "1.0", hashed(index, tmp_path, "app", "1.0", "lib"))
    assert installed(context, work, app).returncode == 0
    found = run_uv(["check"], context, folder=work)

    assert found.returncode == 1
    assert "The package `app` requires `lib`, but it's not installed" in found.stderr.splitlines()


def test_offline_means_no_request(context: UvContext, work: Path) -> None:
    closed = msgspec.structs.replace(context, offline=True)
    result = run_uv([*COMPILE, "--no-header"], closed, folder=work)
    assert result.returncode != 0
    assert "network was disabled" in result.stderr
