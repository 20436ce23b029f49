"""Wheels that reach for what is not theirs: uv keeps them in the prefix, and we off conda-meta."""

from __future__ import annotations

import hashlib
import os
import sys
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from jupyter_envs.engine import Ownership, UvContext, install_pip
from jupyter_envs.errors import EnvsError, PackageUnsafe, PipFailed
from jupyter_envs.lock import LockedPackage

SITE = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uv-cache")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """A prefix with a Python and a file of a conda package."""
    venv.create(tmp_path / "prefix", symlinks=True)
    (tmp_path / "prefix" / "conda-meta").mkdir()
    (tmp_path / "prefix" / SITE / "owned.py").write_text("conda's\n", "utf-8")
    return tmp_path / "prefix"


OWNED = Ownership({}, {f"{SITE}/owned.py": "owner", "bin/python": "python"})


def install(
    prefix: Path, cache: Path, members: Mapping[str, str], *, name: str = "wheel", record: str = ""
) -> None:
    """Install a wheel of these files, whose own list of them is ``record``."""
    info = "wheel-1.0.dist-info"
    usual = {
        "wheel.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": record,
    }
    path = prefix.parent / "wheel-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in {**usual, **members}.items():
            archive.writestr(member, text)
    package = LockedPackage(
        name="wheel",
        version="1.0",
        manager="pip",
        platform="linux-64",
        url=path.as_uri(),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    install_pip([package], OWNED, UvContext(prefix=prefix, cache=cache, environment={}))


def everywhere(prefix: Path) -> set[str]:
    """What lies beside the prefix, and what of ``escaped`` anywhere below."""
    found = {str(path.relative_to(prefix.parent)) for path in prefix.parent.rglob("*escaped*")}
    return found | set(os.listdir(prefix.parent))


@pytest.mark.parametrize(
    "member",
    [
        "../../../../escaped",
        "{outside}/escaped",
        "wheel-1.0.data/data/../../../../../escaped",
        "wheel-1.0.data/scripts/../../../escaped",
        "wheel-1.0.data/purelib/../../../../../escaped",
    ],
)
def test_a_member_that_leads_out_is_not_written(prefix: Path, cache: Path, member: str) -> None:
    # What uv does itself; once it does not, this tells.
    install(prefix, cache, {member.format(outside=prefix.parent): "x"})
    assert everywhere(prefix) == {"prefix", "wheel-1.0-py3-none-any.whl"}


@pytest.mark.parametrize("command", ["../../../escaped", "{outside}/escaped", "python"])
def test_a_command_is_a_name_and_no_path(prefix: Path, cache: Path, command: str) -> None:
    line = f"{command.format(outside=prefix.parent)} = wheel:main"
    points = {"wheel-1.0.dist-info/entry_points.txt": f"[console_scripts]\n{line}\n"}
    python = (prefix / "bin" / "python").readlink()
    with pytest.raises(PipFailed):
        install(prefix, cache, points)
    assert everywhere(prefix) == {"prefix", "wheel-1.0-py3-none-any.whl"}
    assert (prefix / "bin" / "python").readlink() == python


def test_a_wheel_has_the_name_that_it_claims(prefix: Path, cache: Path) -> None:
    with pytest.raises(PipFailed) as caught:
        install(prefix, cache, {}, name="another")
    assert "does not match" in caught.value.message


@pytest.mark.parametrize("record", ["", "gone.py,sha256=AAAA,3\n", "../../../../../x,,\n"])
def test_a_list_that_lies_hides_nothing(prefix: Path, cache: Path, record: str) -> None:
    with pytest.raises(PipFailed) as caught:
        install(prefix, cache, {"owned.py": "mine\n"}, record=record)
    assert "replaces owned.py of the conda package owner" in caught.value.message


@pytest.mark.parametrize("path", ["history", "jupyter-envs/start", "other-1.0-0.json"])
@pytest.mark.parametrize("record", ["", "wheel.py,,\n"])
def test_no_wheel_writes_to_conda_meta(prefix: Path, cache: Path, path: str, record: str) -> None:
    with pytest.raises(PackageUnsafe) as caught:
        install(prefix, cache, {f"wheel-1.0.data/data/conda-meta/{path}": "x"}, record=record)
    error: EnvsError = caught.value
    assert error.message.startswith("wheel-1.0-py3-none-any.whl from file://")
    assert f"'conda-meta/{path}'" in error.message


def test_an_honest_wheel_is_installed(prefix: Path, cache: Path) -> None:
    install(prefix, cache, {"wheel-1.0.data/data/share/wheel/file": "x"})
    assert (prefix / "share" / "wheel" / "file").read_text() == "x"
