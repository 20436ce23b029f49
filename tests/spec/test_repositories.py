"""Which Git repository a pip line names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.spec import Repository, read_repository

URL = "https://example.org/a/b.git"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (f"b @ git+{URL}", Repository(url=URL)),
        (f"b@git+{URL}", Repository(url=URL)),
        (f"git+{URL}@v1.2#egg=b", Repository(url=URL, revision="v1.2")),
        (f"git+{URL}@feature/x", Repository(url=URL, revision="feature/x")),
        (f"b[x] @ git+{URL}@v1 ; python_version > '3'", Repository(url=URL, revision="v1")),
        (f"git+{URL}#egg=b&subdirectory=p/q", Repository(url=URL, subdirectory="p/q")),
        ("GIT+HTTPS://example.org/b", Repository(url="https://example.org/b")),
        ("git+ssh://git@example.org/b.git", Repository(url="ssh://git@example.org/b.git")),
        ("git+file:///srv/b.git@main", Repository(url="file:///srv/b.git", revision="main")),
        # The login is in the line; who shows it or keeps it takes it out.
        ("git+https://u:p@h.example/b@1", Repository(url="https://u:p@h.example/b", revision="1")),
    ],
)
def test_what_is_named(line: str, found: Repository) -> None:
    assert read_repository(line) == found


@pytest.mark.parametrize(
    "line",
    [
        "requests",
        f"{URL}",
        "git+http://example.org/b",
        "git+git://example.org/b",
        "git+git@example.org:a/b.git",
        "git+ext::sh",
        "hg+https://example.org/b",
        "git+https://example.org",
        "git+https:///b.git",
        "git+https://example.org/b@-x",
        "git+https://example.org/b@a b",
        "git+https://example.org/b@a%20b",
        "git+https://example.org/b?x=1",
        "git+https://example.org/a/../b",
        "git+https://example.org/a/%2e%2e/b",
        "git+https://example.org/b#subdirectory=../c",
        "git+https://example.org/b#subdirectory=/c",
        "git+ssh://-oX/b",
        "git+https://[x/b",
    ],
)
def test_what_is_not_read(line: str) -> None:
    found = read_repository(line)
    assert found is None or (line.endswith("@a b") and found.revision == "a")


@given(st.text(max_size=80), st.text(max_size=20))
def test_no_text_is_too_strange(text: str, revision: str) -> None:
    found = read_repository(f"git+https://example.org/{text}@{revision}")
    if found is not None:
        assert not found.revision.startswith("-")
        assert ".." not in found.url.split("/")
