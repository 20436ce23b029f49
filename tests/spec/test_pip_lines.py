"""Kinds of pip lines."""

from __future__ import annotations

import pytest

from jupyter_envs.spec import classify_pip_line


@pytest.mark.parametrize(
    ("line", "kind", "name"),
    [
        ("requests", "requirement", "requests"),
        ("Requests==2.31.0", "requirement", "Requests"),
        ("uvicorn[standard]>=0.2,<1; python_version >= '3.8'", "requirement", "uvicorn"),
        ("torch==2.1.0+cu118", "requirement", "torch"),
        ("a~=1.4.2", "requirement", "a"),
        ("a (>=1)", "requirement", "a"),
        ("a==1 --hash=sha256:" + "0" * 64, "requirement", "a"),
        ("a==1  # comment", "requirement", "a"),
        ("a @ https://example.org/a-1-py3-none-any.whl", "url", "a"),
        ("https://example.org/a_b-1.0-py3-none-any.whl", "url", "a_b"),
        ("https://example.org/archive/main.zip", "url", None),
        ("a @ git+https://example.org/a.git@v1", "vcs", "a"),
        ("git+https://example.org/a.git#egg=a", "vcs", "a"),
        ("git+ssh://git@example.org/a.git", "vcs", None),
        ("-e .", "editable", None),
        ("-e git+https://example.org/a.git#egg=a", "editable", "a"),
        ("--editable=../a", "editable", None),
        (".", "path", None),
        ("..", "path", None),
        ("./dist/a-1.0-py3-none-any.whl", "path", "a"),
        ("dist/a.tar.gz", "path", None),
        ("/srv/a", "path", None),
        ("C:\\wheels\\a.whl", "path", None),
        ("file:///srv/a", "path", None),
        ("a @ file:///srv/a", "path", "a"),
        ("-r requirements.txt", "file", None),
        ("-rrequirements.txt", "file", None),
        ("--requirement=x.txt", "file", None),
        ("-c constraints.txt", "constraint", None),
        ("--extra-index-url https://example.org/simple", "option", None),
        ("--pre", "option", None),
        ("--requirements x", "option", None),
        ("openssl==1.0.2u=h0b31af3_0", "conda", "openssl"),
        ("numpy=1.26", "conda", "numpy"),
        ("numpy=1.26=py312_0", "conda", "numpy"),
        ("conda-forge::numpy", "conda", "numpy"),
        ("one two", "invalid", None),
        ("a==1==2", "invalid", None),
        ("a~=1", "invalid", None),
        ("a>=1.0.*", "invalid", None),
        ("", "invalid", None),
        ("# only a comment", "invalid", None),
        ("a\nb", "invalid", None),
        ("-e .\n--index-url https://example.org", "invalid", None),
        ("a; " + "(" * 5000, "invalid", None),
    ],
)
def test_kinds(line: str, kind: str, name: str | None) -> None:
    found = classify_pip_line(line)
    assert (found.kind, found.name, found.text) == (kind, name, line)
