"""Whether a file is another one than the environment was made from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_envs.ledger import content_hash
from jupyter_envs.operations.behind import source_changed
from jupyter_envs.store import SourceInfo

TEXT = b"name: demo\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "environment.yml"
    path.write_bytes(TEXT)
    return path


def made_from(file: Path) -> SourceInfo:
    return SourceInfo(kind="spec", file=str(file), sha256=content_hash(TEXT))


def test_the_same_bytes_are_the_same_file(file: Path) -> None:
    assert source_changed(made_from(file)) is False

    os.utime(file, (1, 1))
    assert source_changed(made_from(file)) is False
    file.rename(file.with_name("kept.yml"))
    file.write_bytes(TEXT)
    assert source_changed(made_from(file)) is False


def test_other_bytes_are_another_file_also_of_the_same_length(file: Path) -> None:
    assert source_changed(made_from(file)) is False

    file.write_bytes(TEXT.replace(b"demo", b"dem0"))

    assert source_changed(made_from(file)) is True
    file.write_bytes(TEXT)
    assert source_changed(made_from(file)) is False


@pytest.mark.parametrize(
    "source",
    [
        None,
        SourceInfo(kind="spec"),
        SourceInfo(kind="spec", file="/nonesuch/environment.yml", sha256="0" * 64),
        SourceInfo(kind="spec", file="/nonesuch"),
    ],
)
def test_without_a_file_nothing_can_be_said(source: SourceInfo | None) -> None:
    assert source_changed(source) is None


def test_the_name_of_a_cloned_environment_is_no_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where the server was started in a folder that has something of that name."""
    monkeypatch.chdir(file.parent)
    source = SourceInfo(kind="environment", file=file.name, sha256="0" * 64)

    assert source_changed(source) is None


def test_a_file_that_is_gone_and_comes_back(file: Path) -> None:
    source = made_from(file)
    file.unlink()
    assert source_changed(source) is None

    file.write_bytes(TEXT)

    assert source_changed(source) is False


@pytest.mark.timeout(20)
def test_what_took_its_place_is_not_read(file: Path) -> None:
    source = made_from(file)
    with file.open("r+b") as large:
        large.truncate(1 << 40)  # a sparse one, which would take an hour
    assert source_changed(source) is True

    file.unlink()
    os.mkfifo(file)
    assert source_changed(source) is True

    file.unlink()
    file.mkdir()
    assert source_changed(source) is True


def test_a_file_that_the_pip_section_names_counts_too(file: Path) -> None:
    (file.parent / "pip").mkdir()
    named = file.parent / "pip" / "requirements.txt"
    named.write_bytes(b"tabulate==0.9\n")
    source = SourceInfo(
        kind="spec",
        file=str(file),
        sha256=content_hash(TEXT),
        included={"pip/requirements.txt": content_hash(b"tabulate==0.9\n")},
    )
    assert source_changed(source) is False

    named.write_bytes(b"tabulate==0.8\n")
    assert source_changed(source) is True

    named.unlink()
    assert source_changed(source) is True
    file.unlink()
    assert source_changed(source) is None
