"""What was asked of conda, from its history."""

from __future__ import annotations

import pytest

from jupyter_envs.store import requested_specs


def history(*entries: str) -> str:
    return "".join(f"==> 2026-01-02 03:04:05 <==\n# cmd: conda\n{entry}\n" for entry in entries)


CASES = {
    "asked for once": (["# update specs: ['python=3.11', 'tqdm']"], {"python": "python=3.11"}),
    "the last one counts": (
        ["# update specs: ['python=3.10']", "+conda-forge::x-1-0\n# update specs: ['python=3.11']"],
        {"python": "python=3.11"},
    ),
    "taken away": (["# update specs: ['python']", "# remove specs: ['python']"], {}),
    "taken away and asked for again": (
        ["# remove specs: ['python']\n# update specs: ['python>=3.9']"],
        {"python": "python>=3.9"},
    ),
    "weakened": (
        ["# update specs: ['python=3.11']\n# neutered specs: ['python']"],
        {"python": "python"},
    ),
    "written by mamba": (['# update specs: ["python 3.11.*"]'], {"python": "python 3.11.*"}),
    "written by an old conda": (
        ["# install specs: python >=3.6,<3.12,tqdm"],
        {"python": "python >=3.6,<3.12"},
    ),
    "of a channel": (
        ["# update specs: ['conda-forge::python=3.11']"],
        {"python": "conda-forge::python=3.11"},
    ),
    "a feature": (["# update specs: ['python@']"], {}),
    "no list": (["# update specs: [python"], {}),
    "a list of something else": (["# update specs: [1, None, ['python']]"], {}),
    "a call": (["# update specs: [__import__('os').getcwd()]"], {}),
    "nothing": ([], {}),
}


@pytest.mark.parametrize(("entries", "found"), CASES.values(), ids=CASES)
def test_of_what_is_installed(entries: list[str], found: dict[str, str]) -> None:
    assert requested_specs(history(*entries), {"python"}) == found
