"""conda's environments.txt: our lines are there once, and nothing is written without need."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.store import forget_environment, register_environment


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "environments.txt"
    path.write_text("/envs/a\n/envs/theirs\n/envs/b\n")
    return path


def test_what_is_registered_is_not_written_again(register: Path) -> None:
    before = register.stat()

    assert not register_environment(register, Path("/envs/a"))
    assert not register_environment(register, Path("/envs/b"))

    assert register.read_text() == "/envs/a\n/envs/theirs\n/envs/b\n"
    assert (register.stat().st_ino, register.stat().st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )


def test_a_new_one_comes_last(register: Path) -> None:
    assert register_environment(register, Path("/envs/c"))
    assert register.read_text() == "/envs/a\n/envs/theirs\n/envs/b\n/envs/c\n"


@pytest.mark.parametrize("line", ["/envs/a\n", "/envs/.jupyter-envs/a/2\n"])
def test_twins_and_generations_make_way_for_one_line(register: Path, line: str) -> None:
    with register.open("a") as file:
        file.write(line)
    assert register_environment(register, Path("/envs/a"))
    assert register.read_text() == "/envs/theirs\n/envs/b\n/envs/a\n"


def test_what_is_forgotten_leaves_the_others(register: Path) -> None:
    forget_environment(register, Path("/envs/a"))
    assert register.read_text() == "/envs/theirs\n/envs/b\n"
