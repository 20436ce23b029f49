"""Requirements files as their logical lines."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.spec import file_in_line, requirement_lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", ()),
        (b"a\n\n  b==1  # why\n# no line\n", ("a", "b==1")),
        (b"a==1 \\\n  --hash=sha256:00\nb", ("a==1 --hash=sha256:00", "b")),
        (b"a @ https://host/x.zip#sha256=00\r\nb\r\n", ("a @ https://host/x.zip#sha256=00", "b")),
        (b"a \\\n# ends it\nb\n", ("a", "b")),
        (b"\xef\xbb\xbfa\n", ("a",)),
        ("a\n".encode("utf-16"), ("a",)),
        (b"a\\", ("a",)),
    ],
)  # fmt: skip
def test_lines(data: bytes, lines: tuple[str, ...]) -> None:
    assert requirement_lines(data) == lines


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-r requirements.txt", (False, "requirements.txt")),
        ("--requirement=a/b.txt", (False, "a/b.txt")),
        ("-rmore.txt", (False, "more.txt")),
        ("-c limits.txt  # held back", (True, "limits.txt")),
        ("--constraint 'my limits.txt'", (True, "my limits.txt")),
        ("-e .", None),
        ("requests", None),
        ("--requirements x", None),
    ],
)
def test_lines_that_name_a_file(line: str, expected: tuple[bool, str] | None) -> None:
    assert file_in_line(line) == expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_lines_or_no_text(data: bytes) -> None:
    with suppress(ValueError):
        assert all(line == line.strip() != "" for line in requirement_lines(data))
