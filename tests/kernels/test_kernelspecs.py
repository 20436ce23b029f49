"""Kernelspecs: what a prefix offers, and what Jupyter gets of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.kernels import (
    install_kernelspec,
    installed_kernels,
    kernel_name,
    kernelspec,
    offers,
    remove_kernelspec,
)

IPYKERNEL = {
    "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
    "interrupt_mode": "signal",
    "metadata": {"debugger": True},
}


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """A prefix with a Python and an R kernel, and a broken one."""
    prefix = tmp_path / "envs" / ".jupyter-envs" / "demo" / "1"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "python").touch()
    contents: dict[str, Any] = {
        "ir": {"argv": ["/usr/bin/R", "--slave"], "display_name": "R", "language": "R"},
        "python3": IPYKERNEL,
        "broken": "not a kernelspec",
    }
    for name, content in contents.items():
        folder = prefix / "share" / "jupyter" / "kernels" / name
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps(content))
        (folder / "logo-64x64.png").write_bytes(b"a picture")
    return prefix


def published(prefix: Path, number: int = 0) -> dict[str, Any]:
    return kernelspec(
        prefix, offers(prefix)[number], name="Été", slug="ete", generation=1, lock_digest="d"
    )


def test_pythons_kernel_comes_first_and_broken_ones_are_left_out(prefix: Path) -> None:
    assert [offer.folder for offer in offers(prefix)] == ["python3", "ir"]


def test_names_are_those_of_nb_conda_kernels(prefix: Path) -> None:
    assert kernel_name("Demo", "python3") == "conda-env-demo-py"
    assert kernel_name("demo", "ir") == "conda-env-demo-r"
    assert kernel_name("demo", "bash") == "conda-env-demo-bash"


def test_it_starts_through_the_shim_with_the_prefixs_own_interpreter(prefix: Path) -> None:
    content = published(prefix)

    start = prefix / "conda-meta" / "jupyter-envs" / "start"
    assert content["argv"][:3] == [str(start), str(prefix / "bin" / "python"), "-m"]
    assert content["display_name"] == "Été (Python)"
    assert content["metadata"]["debugger"] is True
    assert content["metadata"]["jupyter_envs"]["lock_digest"] == "d"
    assert content["interrupt_mode"] == "signal"
    assert "${" not in json.dumps(content)


def test_a_program_outside_the_prefix_stays_as_it_is(prefix: Path) -> None:
    assert published(prefix, 1)["argv"][1:] == ["/usr/bin/R", "--slave"]


def test_it_is_installed_replaced_and_removed_without_a_half_state(
    prefix: Path, tmp_path: Path
) -> None:
    kernels = tmp_path / "jupyter" / "kernels"
    offer = offers(prefix)[0]
    first, second = published(prefix), published(prefix) | {"display_name": "Another"}

    assert install_kernelspec(kernels, "conda-env-ete-py", offer, first)
    assert not install_kernelspec(kernels, "conda-env-ete-py", offer, first)
    assert install_kernelspec(kernels, "conda-env-ete-py", offer, second)

    assert installed_kernels(kernels) == {"conda-env-ete-py": second}
    assert (kernels / "conda-env-ete-py" / "logo-64x64.png").read_bytes() == b"a picture"
    remove_kernelspec(kernels, "conda-env-ete-py")
    remove_kernelspec(kernels, "conda-env-ete-py")
    assert installed_kernels(kernels) == {}
    assert [path.name for path in kernels.parent.iterdir()] == ["kernels"]
