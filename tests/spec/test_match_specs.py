"""The grammar of dependencies."""

from __future__ import annotations

import pytest

from jupyter_envs.errors import MatchSpecInvalid
from jupyter_envs.spec import Dependency, dependency_name, split_dependency, text_for_solver

HASH = "a" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NumPy", {"name": "numpy"}),
        ("__cuda>=12", {"name": "__cuda", "version": ">=12"}),
        ("a=1.2", {"name": "a", "version": "=1.2"}),
        ("a==1.2", {"name": "a", "version": "==1.2"}),
        ("a = 1.2", {"name": "a", "version": "= 1.2"}),
        ("a>=1,<2", {"name": "a", "version": ">=1,<2"}),
        ("a >=1 , <2", {"name": "a", "version": ">=1 , <2"}),
        ("a 1.8|1.9*", {"name": "a", "version": "1.8|1.9*"}),
        ("a (>=1,<2)|==3", {"name": "a", "version": ">=1,<2|==3"}),
        ("a=1.2=py_0", {"name": "a", "version": "=1.2", "build": "py_0"}),
        ("a==1.2=py_0", {"name": "a", "version": "==1.2", "build": "py_0"}),
        ("a>=1,<2=build", {"name": "a", "version": ">=1,<2", "build": "build"}),
        ("a 1.2.* build*", {"name": "a", "version": "1.2.*", "build": "build*"}),
        ("a=*=*_cpython", {"name": "a", "version": "=*", "build": "*_cpython"}),
        ("a=1!2.0+cu118", {"name": "a", "version": "=1!2.0+cu118"}),
        ("a=2024a", {"name": "a", "version": "=2024a"}),
        ("c::a=1", {"name": "a", "channel": "c", "version": "=1"}),
        ("c/linux-64::a", {"name": "a", "channel": "c", "subdir": "linux-64"}),
        ("c/label/dev::a", {"name": "a", "channel": "c/label/dev"}),
        ("https://example.org/c::a", {"name": "a", "channel": "https://example.org/c"}),
        ("a[version='>=1,<2', build=x*]",
         {"name": "a", "version": ">=1,<2", "build": "x*",
          "fields": {"version": ">=1,<2", "build": "x*"}}),
        (f"a[sha256={HASH}]", {"name": "a", "fields": {"sha256": HASH}}),
        ('a[extras=[b, c], license="x]y"]',
         {"name": "a", "fields": {"extras": "[b, c]", "license": "x]y"}}),
        ("a[b, c]", {"name": "a", "extras": ("b", "c")}),
        ("a[b]>=2", {"name": "a", "extras": ("b",), "version": ">=2"}),
        ("a=1  # why", {"name": "a", "version": "=1"}),
        ("https://example.org/linux-64/a-1-0.conda",
         {"url": "https://example.org/linux-64/a-1-0.conda"}),
        ("https://example.org/a-1-0.tar.bz2#" + "0" * 32,
         {"url": "https://example.org/a-1-0.tar.bz2#" + "0" * 32}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_forms(text: str, expected: dict[str, object]) -> None:
    assert split_dependency(text) == Dependency(text=text, **expected)  # type: ignore[arg-type]  # the table's values have the types of the fields


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-e .", "match_spec_option"),
        ("--channel=x", "match_spec_option"),
        ("a\nb", "match_spec_character"),
        ("a\tb", "match_spec_character"),
        ("a\x00", "match_spec_character"),
        ("a\u202e", "match_spec_character"),
        ("*", "match_spec_name"),
        ("^a.*$", "match_spec_name"),
        ("Ünicode", "match_spec_name"),
        (">=1.2", "match_spec_name"),
        ("a:b", "match_spec_name"),
        ("a@1.2", "match_spec_name"),
        ("../a", "match_spec_name"),
        ("::a", "match_spec_channel"),
        ("a b::c", "match_spec_channel"),
        ("-x::c", "match_spec_option"),
        ("c::", "match_spec_name"),
        ("a==", "match_spec_version"),
        ("a>*", "match_spec_version"),
        ("a=1.*.2", "match_spec_version"),
        ("a=1..2", "match_spec_version"),
        ("a>==1", "match_spec_version"),
        ("a (>=1", "match_spec_version"),
        ("a ()", "match_spec_version"),
        ("a=1.2/../x", "match_spec_build"),
        ("a=<1", "match_spec_reversed"),
        ("a>1<2", "match_spec_two_conditions"),
        ("a 1 2 3", "match_spec_build"),
        ("a=1=b=c", "match_spec_build"),
        ("a=1=b;c", "match_spec_marker"),
        ("a[md5=12]", "match_spec_brackets"),
        ("a[version=>=]", "match_spec_version"),
        ("a]", "match_spec_brackets_open"),
        ("a[build=x]>=1", "match_spec_brackets_open"),
        ("a[b][c]", "match_spec_brackets_open"),
        ("conda install a", "match_spec_command"),
        ("", "dependency_empty"),
    ],
)
def test_refused(text: str, problem: str) -> None:
    with pytest.raises(MatchSpecInvalid) as caught:
        split_dependency(text)
    assert caught.value.params["problem"] == problem
    assert dependency_name(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("conda-forge::NumPy>=1", "numpy"),
        ("python 3.10.* *_cpython", "python"),
        ("https://example.org/noarch/a-1-0.conda", None),
    ],
)
def test_names(text: str, name: str | None) -> None:
    assert dependency_name(text) == name


def test_the_correction_is_told() -> None:
    with pytest.raises(MatchSpecInvalid, match=r"numpy>=1,<2"):
        split_dependency("numpy >=1 <2")


def test_solvers_get_no_extras_of_pip() -> None:
    assert text_for_solver("dask[complete]>=2024  # all of it") == "dask>=2024"
    assert text_for_solver("c::dask[complete, x]") == "c::dask"
    assert text_for_solver("dask[version='>=2']") == "dask[version='>=2']"
