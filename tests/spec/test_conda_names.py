"""What conda-forge calls packages of PyPI, against real records."""

from __future__ import annotations

import json

import pytest

from jupyter_envs.spec import conda_name_for
from jupyter_envs.spec.conda_names import known_names
from tests.support.records import records_channel


@pytest.mark.parametrize(
    ("pypi", "conda"),
    [("torch", "pytorch"), ("Opencv_Python", "opencv"), ("numpy", "numpy"), ("PyYAML", "pyyaml"),
     ("huggingface-hub", "huggingface_hub"), ("typing.extensions", "typing_extensions"),
     ("build", "python-build"), ("tensorflow-gpu", None), ("a-package-of-nobody", None)],
)  # fmt: skip
def test_names(pypi: str, conda: str | None) -> None:
    assert conda_name_for(pypi) == conda


def test_every_name_of_the_list_is_on_conda_forge() -> None:
    there: set[str] = set()
    for name in ("conda-forge", "conda-forge-reduced"):
        channel = records_channel(name)
        if channel is None:
            pytest.skip("needs the real records")
        for index in channel.glob("*/repodata.json"):
            repodata = json.loads(index.read_bytes())
            for packages in (repodata["packages"], repodata["packages.conda"]):
                there |= {record["name"] for record in packages.values()}
    assert sorted(set(known_names().values()) - there) == []
    assert len(known_names()) > 250
