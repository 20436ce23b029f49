"""Which distribution of PyPI a conda package is."""

from __future__ import annotations

import pytest

from jupyter_envs.lock import pypi_name
from jupyter_envs.lock.pypi_names import RENAMED

from .sample import conda, pip


@pytest.mark.parametrize(
    ("name", "needs", "expected"),
    [
        ("numpy", "python", "numpy"),
        ("typing_extensions", "python", "typing-extensions"),
        ("ruamel.yaml", "python", "ruamel-yaml"),
        ("pytorch", "python", "torch"),
        ("matplotlib-base", "python", "matplotlib"),
        ("cffi", "python_abi", "cffi"),
        # The name is that of other software on PyPI, or of a part of the channel's own.
        ("graphviz", "libgcc", None),
        ("openssl", "ca-certificates", None),
        ("_python_abi3_support", "python", None),
        ("python", "python_abi", None),
        ("opencv", "python", None),
    ],
)
def test_by_name_and_by_what_it_needs(name: str, needs: str, expected: str | None) -> None:
    assert pypi_name(conda(name, depends={needs: ""})) == expected


def test_a_wheel_is_what_it_says() -> None:
    assert pypi_name(pip("ruamel-yaml")) == "ruamel-yaml"


def test_the_table_is_in_order_and_has_no_name_that_needs_none() -> None:
    assert list(RENAMED) == sorted(RENAMED)
    for name, other in RENAMED.items():
        assert other != name.replace("_", "-").replace(".", "-")
