"""A lock digest in a notebook: nothing else is changed, and nothing else is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.errors import NotebookInvalid, SourceNotFound
from jupyter_envs.operations import stamp_notebook, stamp_of, stamped

DIGEST = "ab" * 32


def notebook(**metadata: Any) -> str:
    """As Jupyter writes it."""
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "id": "a1",
        "metadata": {},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1.50 é 数\n", "\\n"]}],
        "source": ["print(1e-07, 1.0)\n", "# \u2028"],
    }
    content = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def test_only_the_metadata_gets_a_line(tmp_path: Path) -> None:
    path = tmp_path / "model.ipynb"
    before = notebook(kernelspec={"name": "conda-env-demo-py"}, number=1.0)
    path.write_text(before)
    path.chmod(0o640)

    assert stamp_notebook(path, DIGEST) is True

    expected = notebook(
        kernelspec={"name": "conda-env-demo-py"},
        number=1.0,
        jupyter_envs={"lock_digest": DIGEST},
    )
    assert path.read_text() == expected
    assert path.stat().st_mode & 0o777 == 0o640
    assert stamp_notebook(path, DIGEST) is False
    assert stamp_notebook(path, None) is True
    assert path.read_text() == before
    assert stamp_notebook(path, None) is False


def test_a_link_to_a_notebook_stays_one(tmp_path: Path) -> None:
    path, link = tmp_path / "model.ipynb", tmp_path / "link.ipynb"
    path.write_text(notebook())
    link.symlink_to(path)

    stamp_notebook(link, DIGEST)

    assert link.is_symlink()
    assert stamp_of(json.loads(path.read_text())["metadata"]) == DIGEST


def test_what_another_wrote_there_is_replaced_whole() -> None:
    metadata = {"jupyter_envs": {"lock_digest": "x", "user": "ada"}, "title": "kept"}

    assert stamped(metadata, DIGEST) == {"title": "kept", "jupyter_envs": {"lock_digest": DIGEST}}
    assert stamped(metadata, None) == {"title": "kept"}
    odds: list[Any] = ["text", {"lock_digest": 7}, None, []]
    for odd in odds:
        assert stamp_of({"jupyter_envs": odd}) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"metadata": []}', "{}", "[" * 100_000])
def test_what_is_no_notebook_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "model.ipynb"
    path.write_text(text)

    with pytest.raises(NotebookInvalid):
        stamp_notebook(path, DIGEST)
    assert path.read_text() == text
    with pytest.raises(SourceNotFound):
        stamp_notebook(tmp_path / "nonesuch.ipynb", DIGEST)
