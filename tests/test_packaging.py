"""What people install: the sdist and the wheel made from it, where there is no Node."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import uv

from jupyter_envs import __version__

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "jupyter_envs" / "labextension" / "static" / "style.js"
DATA = f"jupyter_envs-{__version__}.data/data"
LABEXTENSION = f"{DATA}/share/jupyter/labextensions/jupyter_envs"


def run(command: Sequence[str], env: Mapping[str, str], cwd: Path) -> str:
    """What a program printed, without its colours; its failure fails the test with that text."""
    done = subprocess.run(
        command, env=env, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, done.stdout
    return re.sub(r"\x1b\[\d*m", "", done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """A folder with both, built as a release is, from a copy that has no leftovers."""
    if not BUILT.exists():
        pytest.skip("needs the front end: make frontend")
    folder = tmp_path_factory.mktemp("packaging")
    left_out = shutil.ignore_patterns(".*cache", ".git", ".venv", ".yarn", "node_modules", "dist")
    shutil.copytree(ROOT, folder / "copy", ignore=left_out, symlinks=True)
    # No programs at all, so no Node: the front end is taken as `make frontend` built it.
    no_programs = {"HOME": str(home), "PATH": str(home)}
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir"]
    run([*build, str(folder / "dist")], no_programs, folder / "copy")
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return dist / f"jupyter_envs-{__version__}-py3-none-any.whl"


@pytest.fixture(scope="module")
def in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The bin folder of a new virtual environment with JupyterLab and the wheel."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    tool = uv.find_uv_bin()
    subprocess.run([tool, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    python = str(folder / "bin" / "python")
    wanted = [str(wheel), "jupyterlab>=4.6,<5"]
    quick = [tool, "pip", "install", "--quiet", "--python", python, *wanted]
    if subprocess.run(quick).returncode != 0:
        # An index that only pip's own configuration names.
        slow = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *wanted]
        subprocess.run(slow, check=True)
    return folder / "bin"


def test_the_sdist_has_the_sources_and_the_built_front_end(dist: Path) -> None:
    name = f"jupyter_envs-{__version__}"
    with tarfile.open(dist / f"{name}.tar.gz") as archive:
        names = {member.removeprefix(f"{name}/") for member in archive.getnames()}
    assert {
        "LICENSE", "hatch_build.py", "package.json", "yarn.lock", ".yarnrc.yml", "tsconfig.json",
        "src/index.ts", "style/index.css", "schema/panel.json", "tests/test_packaging.py",
        "jupyter_envs/labextension/package.json", "jupyter_envs/labextension/static/style.js",
    } <= names  # fmt: skip
    tops = {member.split("/")[0] for member in names}
    assert not tops & {"node_modules", "lib", "tsconfig.tsbuildinfo", ".venv", ".cache", ".yarn"}


def test_the_wheel_puts_the_front_end_where_jupyter_looks(in_wheel: set[str]) -> None:
    assert {
        f"{LABEXTENSION}/package.json",
        f"{LABEXTENSION}/install.json",
        f"{LABEXTENSION}/static/style.js",
        f"{LABEXTENSION}/schemas/jupyter_envs/panel.json",
        f"{DATA}/etc/jupyter/jupyter_server_config.d/jupyter_envs.json",
        f"jupyter_envs-{__version__}.dist-info/licenses/LICENSE",
    } <= in_wheel
    entries = [name for name in in_wheel if name.startswith(f"{LABEXTENSION}/static/remoteEntry.")]
    assert len(entries) == 1


def test_the_wheel_has_nothing_else(in_wheel: set[str]) -> None:
    known = ("jupyter_envs/", f"jupyter_envs-{__version__}.dist-info/", f"{LABEXTENSION}/")
    config = f"{DATA}/etc/jupyter/jupyter_server_config.d/jupyter_envs.json"
    assert {name for name in in_wheel if not name.startswith(known)} == {config}
    # The front end is in it once, and what was only for building is not.
    package = {Path(name) for name in in_wheel if name.startswith("jupyter_envs/")}
    assert {path.parts[1] for path in package} & {"labextension", "src", "tests"} == set()
    assert {path.suffix for path in package} <= {".py", ".pyi", ".typed", ".json", ".yaml", ".yml"}


def test_the_front_end_has_the_version_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        manifest = json.loads(archive.read(f"{LABEXTENSION}/package.json"))
    assert (manifest["name"], manifest["version"]) == ("jupyter_envs", __version__)


def test_the_wheel_names_no_place_of_the_machine_that_built_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    places = (str(ROOT).encode(), str(wheel.parent.parent).encode())
    assert [name for name, text in texts.items() if any(place in text for place in places)] == []


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (("server", "extension", "list"), rf"jupyter_envs {re.escape(__version__)} +OK"),
        (
            ("labextension", "list"),
            rf"jupyter_envs v{re.escape(__version__)} +enabled +OK \(python, jupyter_envs\)",
        ),
    ],
    ids=["server", "lab"],
)
def test_jupyter_finds_both_parts_without_node(
    installed: Path, home: Path, command: tuple[str, ...], line: str
) -> None:
    # Only this environment's programs: there is no Node among them.
    env = {"HOME": str(home), "PATH": str(installed)}
    assert shutil.which("node", path=str(installed)) is None
    listed = run([str(installed / "jupyter"), *command], env, home)
    assert re.search(line, listed), listed
    assert re.search(r"^ *jupyter_envs\b.* enabled", listed, re.MULTILINE), listed
