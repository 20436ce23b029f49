"""From ``environment.yml`` to a notebook that ran on its kernel, in a folder that goes away."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbclient
import nbformat

HERE = Path(__file__).parent
REACH_SECONDS = 4.0

NOTEBOOK = (
    """\
import sys, os, platform
print("python    ", platform.python_version())
print("prefix    ", sys.prefix)
print("greeting  ", os.environ["DEMO_GREETING"])
""",
    """\
import numpy, pandas, matplotlib, tabulate
for module in (numpy, pandas, matplotlib, tabulate):
    print(f"{module.__name__:<10}", module.__version__)
""",
    """\
print(tabulate.tabulate(pandas.DataFrame({"x": numpy.arange(3) ** 2})))
""",
)


def main() -> int:
    """Run it all; returns an exit code."""
    folder = Path(tempfile.mkdtemp(prefix="jupyter-envs-demo-"))
    try:
        return _demonstrate(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _demonstrate(folder: Path) -> int:
    home = folder / "home"
    home.mkdir()
    spec = folder / "environment.yml"
    shutil.copy(HERE / "environment.yml", spec)
    if not _reachable("conda.anaconda.org"):
        print("conda-forge does not answer from here: using the local test channel instead.")
        _use_local_channel(spec)
    environ = _environ(home)
    print(f"\n$ jupyter envs create {spec.name}", flush=True)
    made = subprocess.run(_command("create", spec), env=environ, check=False)
    if made.returncode != 0:
        return made.returncode
    _run_notebook(environ)
    _report(environ)
    return subprocess.run(_command("remove", "demo", "--yes"), env=environ, check=False).returncode


def _reachable(host: str) -> bool:
    try:
        with socket.create_connection((host, 443), timeout=REACH_SECONDS):
            return True
    except OSError:
        return False


def _use_local_channel(spec: Path) -> None:
    from tests.support.channel import local_channel

    url = local_channel(lambda line: print(line, flush=True)).url
    spec.write_text(spec.read_text().replace("conda-forge", url))


def _environ(home: Path) -> dict[str, str]:
    """A user with an empty home; packages are kept between runs, as a user's would be."""
    cache = HERE.parent / ".cache" / "demo"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CONDA", "JUPYTER"))}
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    return inherited | {
        "HOME": str(home),
        "JUPYTER_DATA_DIR": str(home / "jupyter"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_ENVS_CACHE_DIR": str(cache),
        "JUPYTER_ENVS_DATA_DIR": str(home / "ledger"),
        "CONDA_ENVS_DIRS": str(home / "envs"),
    }


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "jupyter_envs", *map(str, arguments)]


def _json(environ: dict[str, str], *arguments: object) -> Any:
    command = _command(*arguments, "--json")
    done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _run_notebook(environ: dict[str, str]) -> None:
    print("\nA notebook on the kernel conda-env-demo-py:\n", flush=True)
    os.environ.update(environ)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in NOTEBOOK])
    nbclient.NotebookClient(notebook, kernel_name="conda-env-demo-py", timeout=120).execute()
    for cell in notebook.cells:
        for output in cell.outputs:
            print("".join(output.get("text", "")), end="")


def _report(environ: dict[str, str]) -> None:
    found = _json(environ, "show", "demo")
    operation = _json(environ, "operations")["operations"][0]
    print(f"\nlock digest  {found['lock_digest']}")
    print(f"packages     {found['packages']}, {found['size'] / 1e6:.0f} MB")
    print("time of each phase, in seconds:")
    for phase, seconds in operation["result"]["phases"].items():
        print(f"  {phase:<10} {seconds:6.2f}")
    print(f"  {'together':<10} {sum(operation['result']['phases'].values()):6.2f}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
