"""Exports of an environment."""

from __future__ import annotations

import pytest

import jupyter_envs.export
from jupyter_envs.errors import InvalidInput
from jupyter_envs.export import FORMATS, ExportSource, export
from jupyter_envs.lock import emit_explicit, emit_lock, parse_lock
from tests.lock.sample import demo

SPEC = b"# mine\r\nname:   demo\r\ndependencies: [python]\r\n"


def _source(name: str = "demo") -> ExportSource:
    return ExportSource(spec_bytes=SPEC, lock=demo(), platform="linux-64", name=name)


def test_yaml_is_the_file_as_written() -> None:
    made = export(_source(), "yaml")
    assert made.data == SPEC
    assert made.file_name == "demo.yml"


def test_lock_is_a_lock_that_mamba_knows_by_its_name() -> None:
    made = export(_source(), "lock")
    assert made.data == emit_lock(demo())
    assert parse_lock(made.data, file=made.file_name).packages
    assert made.file_name.endswith("-lock.yml")


def test_explicit_is_for_one_platform() -> None:
    made = export(_source(), "explicit")
    assert made.data == emit_explicit(demo(), "linux-64")
    assert made.file_name == "demo-linux-64.explicit.txt"
    assert made.media_type.startswith("text/plain")


def test_an_unknown_format_names_those_that_exist() -> None:
    with pytest.raises(InvalidInput, match=r"explicit, history, lock, pinned, .*, yaml") as caught:
        export(_source(), "docker file")
    assert caught.value.status == 422


@pytest.mark.parametrize(
    ("name", "expected"),
    [('a"b\r\nc/d', "a-b-c-d.yml"), ("../..", "environment.yml"), ("δοκιμή", "environment.yml")],
)
def test_a_name_never_makes_a_path_or_a_header(name: str, expected: str) -> None:
    assert export(_source(name), "yaml").file_name == expected


def test_tables_are_in_order() -> None:
    assert list(FORMATS) == sorted(FORMATS)
    assert all(hasattr(jupyter_envs.export, name) for name in jupyter_envs.export.__all__)
