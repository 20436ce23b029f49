"""Real environment.yml files that are kept outside of the repository."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).parents[3] / "shared" / "corpus"
FOLDER = Path(os.environ.get("JUPYTER_ENVS_CORPUS") or _BESIDE) / "environment-yml"

needs_corpus = pytest.mark.skipif(
    not (FOLDER / "index.json").is_file(),
    reason="needs the corpus of real files (JUPYTER_ENVS_CORPUS)",
)


def files() -> dict[str, bytes]:
    """Name and bytes of each file; empty if the corpus is not here."""
    index = FOLDER / "index.json"
    if not index.is_file():
        return {}
    return {e["file"]: (FOLDER / e["file"]).read_bytes() for e in json.loads(index.read_bytes())}


def conda_answers() -> dict[str, dict[str, Any]]:
    """What conda itself said to each file."""
    answers: dict[str, dict[str, Any]] = json.loads((FOLDER / "conda-answers.json").read_bytes())
    return answers
