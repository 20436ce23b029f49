"""Edits in one environment, seen from the cache and from other environments."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_envs.errors import StoreReadOnly
from jupyter_envs.store.bytecode import fill_cache, link_bytecode
from jupyter_envs.store.protection import detach, link_mode, protect_cache, protect_links
from tests.store import (
    SHIPPED,
    SmallPackage,
    as_ordinary_user,
    loads_bytecode,
    package,
    prefix_of,
    site_packages,
)
from tests.support.channel import LocalChannel

_STEM = "sample-1.0-0"
_TEXT = "VALUE = 'shipped'\n"


@pytest.fixture
def pkgs(tmp_path: Path) -> Path:
    return tmp_path / "pkgs"


@pytest.fixture
def sample(pkgs: Path) -> SmallPackage:
    sources: dict[str, str | bytes] = {
        "sample/__init__.py": "",
        "sample/text.py": _TEXT,
        "sample/binary.dat": b"\x7fELF\0\0",
        "sample/large.txt": "x" * 300_000,
    }
    return package(pkgs, "sample", sources)


@pytest.fixture
def prefixes(tmp_path: Path, sample: SmallPackage) -> tuple[Path, Path]:
    return prefix_of(tmp_path / "one", sample), prefix_of(tmp_path / "two", sample)


def text_of(prefix: Path) -> Path:
    return site_packages(prefix) / "sample" / "text.py"


def write_in_place(path: Path) -> subprocess.CompletedProcess[str]:
    """What an editor or ``open(path, "w")`` does: the file is emptied and written."""
    return as_ordinary_user("sh", "-c", 'echo edited > "$1"', "sh", str(path))


# -- read-only -------------------------------------------------------------------------------


def test_edit_in_place_reaches_everything_without_protection(
    prefixes: tuple[Path, Path], sample: SmallPackage
) -> None:
    """The fault that the rest of this file is about; were it gone, so could be the rest."""
    assert write_in_place(text_of(prefixes[0])).returncode == 0
    assert (sample.folder / "site-packages/sample/text.py").read_text() == "edited\n"
    assert text_of(prefixes[1]).read_text() == "edited\n"


def test_edit_in_place_is_refused(
    pkgs: Path, prefixes: tuple[Path, Path], sample: SmallPackage
) -> None:
    assert protect_cache(pkgs, [_STEM]) == 1
    refused = write_in_place(text_of(prefixes[0]))
    assert refused.returncode != 0
    assert "denied" in refused.stderr
    assert (sample.folder / "site-packages/sample/text.py").read_text() == _TEXT
    assert text_of(prefixes[1]).read_text() == _TEXT


def test_files_are_replaced_and_removed_as_before(
    pkgs: Path, prefixes: tuple[Path, Path], sample: SmallPackage
) -> None:
    protect_cache(pkgs, [_STEM])
    done = as_ordinary_user("sed", "-i", "s/shipped/edited/", str(text_of(prefixes[0])))
    assert done.returncode == 0, done.stderr
    assert "edited" in text_of(prefixes[0]).read_text()
    assert (sample.folder / "site-packages/sample/text.py").read_text() == _TEXT
    done = as_ordinary_user("rm", "-r", str(prefixes[1]), str(pkgs))
    assert done.returncode == 0, done.stderr


def test_modes_of_a_protected_package(pkgs: Path, sample: SmallPackage) -> None:
    tool = sample.folder / "tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o775)
    outside = pkgs / "outside"
    outside.write_text("")
    (sample.folder / "link").symlink_to(outside)
    protect_cache(pkgs, [_STEM])
    assert tool.stat().st_mode & 0o777 == 0o555
    assert (sample.folder / "site-packages/sample/text.py").stat().st_mode & 0o777 == 0o444
    assert outside.stat().st_mode & 0o200
    assert all(path.stat().st_mode & 0o200 for path in sample.folder.rglob("*") if path.is_dir())
    assert (sample.folder / "site-packages/sample/text.py").stat().st_mtime == SHIPPED


def test_protected_packages_are_known_and_half_protected_ones_are_finished(
    pkgs: Path, sample: SmallPackage
) -> None:
    assert protect_cache(pkgs, [_STEM, "absent-1-0"]) == 1
    assert protect_cache(pkgs, [_STEM]) == 0
    text = sample.folder / "site-packages/sample/text.py"
    for path in (text, sample.folder / "info/index.json"):
        path.chmod(0o644)
    assert protect_cache(pkgs, [_STEM]) == 1
    assert text.stat().st_mode & 0o777 == 0o444


def test_names_do_not_lead_out_of_the_cache(pkgs: Path, sample: SmallPackage) -> None:
    (pkgs / "inner").mkdir()
    assert protect_cache(pkgs / "inner", [f"../{_STEM}", str(sample.folder)]) == 0
    assert (sample.folder / "info/index.json").stat().st_mode & 0o200


def test_links_of_other_caches_become_read_only(prefixes: tuple[Path, Path]) -> None:
    own = site_packages(prefixes[0]) / "own.py"
    own.write_text("")
    assert protect_links(prefixes[0]) == 4
    assert protect_links(prefixes[0]) == 0
    assert write_in_place(text_of(prefixes[1])).returncode != 0
    assert write_in_place(own).returncode == 0


# -- detaching -------------------------------------------------------------------------------


def test_edit_after_detaching_stays_here(
    pkgs: Path, prefixes: tuple[Path, Path], sample: SmallPackage
) -> None:
    protect_cache(pkgs, [_STEM])
    assert detach(prefixes[0]) == 2
    text_of(prefixes[0]).write_text("edited by whoever this is, root too\n")
    empty = site_packages(prefixes[0]) / "sample" / "__init__.py"
    assert write_in_place(empty).returncode == 0
    for folder in (sample.folder / "site-packages", site_packages(prefixes[1])):
        assert (folder / "sample/text.py").read_text() == _TEXT
        assert (folder / "sample/__init__.py").read_text() == ""


def test_detached_files_are_as_before_but_writable(
    pkgs: Path, prefixes: tuple[Path, Path], sample: SmallPackage
) -> None:
    tool = sample.folder / "site-packages/sample/text.py"
    tool.chmod(0o755)
    protect_cache(pkgs, [_STEM])
    detach(prefixes[0])
    stat = text_of(prefixes[0]).stat()
    assert (stat.st_mtime, stat.st_mode & 0o777, stat.st_nlink) == (SHIPPED, 0o755, 1)
    plain = (site_packages(prefixes[0]) / "sample/__init__.py").stat()
    assert plain.st_mode & 0o777 == 0o644
    assert text_of(prefixes[0]).read_text() == _TEXT


def test_large_and_binary_files_stay_shared(prefixes: tuple[Path, Path]) -> None:
    detach(prefixes[0])
    folder = site_packages(prefixes[0]) / "sample"
    assert {p.name for p in folder.iterdir() if p.stat().st_nlink > 1} == {
        "binary.dat",
        "large.txt",
    }
    assert detach(prefixes[0]) == 0


def test_bytecode_stays_valid_and_shared(prefixes: tuple[Path, Path], tmp_path: Path) -> None:
    fill_cache(prefixes[1], tmp_path / "pyc", nice=0)
    with ThreadPoolExecutor() as pool:
        link_bytecode(prefixes[0], tmp_path / "pyc", pool)
    assert loads_bytecode(prefixes[0], "sample.text")
    detach(prefixes[0])
    assert text_of(prefixes[0]).stat().st_nlink == 1
    assert loads_bytecode(prefixes[0], "sample.text")
    assert all(path.stat().st_nlink == 2 for path in prefixes[0].rglob("*.pyc"))


def test_leftovers_of_a_killed_detaching_go(prefixes: tuple[Path, Path]) -> None:
    left = site_packages(prefixes[0]) / "sample" / ".jupyter-envs-detach-0123"
    left.write_text("half")
    assert detach(prefixes[0]) == 2
    assert not list(prefixes[0].rglob(".jupyter-envs-detach-*"))


# -- probing ---------------------------------------------------------------------------------


def test_link_mode_is_what_the_file_system_does(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "file").write_text("x")
    copied = subprocess.run(
        ["cp", "--reflink=always", str(tmp_path / "file"), str(tmp_path / "copy")],
        capture_output=True,
        timeout=60,
        check=False,
    )
    expected = "reflink" if copied.returncode == 0 else "hardlink"
    assert link_mode(tmp_path / "a", tmp_path / "b") == expected
    assert not [*(tmp_path / "a").iterdir(), *(tmp_path / "b").iterdir()]


def test_link_mode_between_file_systems(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system")
    assert link_mode(memory, tmp_path) == "copy"


def test_link_mode_of_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreReadOnly):
        link_mode(tmp_path, tmp_path / "absent")


# -- the engine and a protected cache --------------------------------------------------------

_INSTALL_FULLY_CHECKED = """
import asyncio, os, sys
from rattler import Gateway, PackageCache, install, solve
from rattler.package_cache import ValidationMode

async def main(name, url, cache, prefix):
    records = await solve([url], [name], gateway=Gateway(cache_dir=cache + "/repodata"))
    packages = PackageCache.new_layered([cache + "/pkgs"], validation_mode=ValidationMode.full())
    await install(records, prefix, package_cache=packages, show_progress=False)

asyncio.run(main(*sys.argv[1:]))
sys.stdout.flush()
os._exit(0)
"""


def install_as_ordinary_user(name: str, channel: LocalChannel, cache: Path, prefix: Path) -> None:
    arguments = (name, channel.url, str(cache), str(prefix))
    done = as_ordinary_user(sys.executable, "-c", _INSTALL_FULLY_CHECKED, *arguments)
    assert done.returncode == 0, done.stderr


def test_damaged_protected_package_is_repaired_by_the_engine(
    channel: LocalChannel, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    install_as_ordinary_user("activation-demo", channel, cache, tmp_path / "one")
    (folder,) = (cache / "pkgs").glob("activation-demo-*/")
    assert protect_cache(cache / "pkgs", [folder.name]) == 1
    script = next((folder / "etc/conda/activate.d").glob("*.sh"))
    shipped = script.read_bytes()
    script.chmod(0o644)
    script.write_bytes(b"#" * len(shipped))
    script.chmod(0o444)
    install_as_ordinary_user("activation-demo", channel, cache, tmp_path / "two")
    installed = tmp_path / "two/etc/conda/activate.d" / script.name
    assert installed.read_bytes() == script.read_bytes() == shipped
    assert protect_cache(cache / "pkgs", [folder.name]) == 1, "the new files were not noticed"


def test_files_that_hold_the_prefix_are_installed_from_a_protected_cache(
    channel: LocalChannel, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    for name in ("one", "two"):
        install_as_ordinary_user("text-prefix", channel, cache, tmp_path / name)
        protect_cache(cache / "pkgs", [path.name for path in (cache / "pkgs").glob("*/")])
    own = os.fsencode(tmp_path / "two")
    files = [path for path in (tmp_path / "two").rglob("*") if path.is_file()]
    assert [p for p in files if "conda-meta" not in p.parts and own in p.read_bytes()]
