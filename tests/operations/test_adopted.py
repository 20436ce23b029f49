"""Where a file system cannot exchange two names: said before anything is begun."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_envs.errors import AdoptionImpossible, ExchangeUnsupported
from jupyter_envs.operations import (
    Settings,
    SpecSource,
    adopted,
    adoption_preview,
    ask_adopt,
    ask_update,
    list_operations,
    unmanaged,
)
from jupyter_envs.store import Store, begin_adoption, commit_adoption, get_managed
from tests.operations import publish
from tests.support.fake_prefix import FakePrefix

REASON = "Invalid argument"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a store with ``theirs``, which conda made, with a kernel."""
    theirs = FakePrefix(tmp_path / "envs" / "theirs")
    spec = theirs.path / "share/jupyter/kernels/python3/kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": ["python"], "language": "python"}))
    url = "https://conda.anaconda.org/conda-forge/linux-64/python-3.12.1-0.conda"
    record = {"name": "python", "version": "3.12.1", "url": url, "subdir": "linux-64"}
    path = theirs.path / "conda-meta" / "python-3.12.1-0.json"
    path.write_text(json.dumps({**record, "sha256": "1" * 64}))
    return Settings(
        envs_dir=tmp_path / "envs",
        cache_dir=tmp_path / "cache",
        data_dir=tmp_path / "data",
        kernels_dir=tmp_path / "kernels",
        environments_txt=tmp_path / "environments.txt",
        home=tmp_path,
    )


def test_it_is_not_adopted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert adoption_preview(settings, "theirs").possible
    monkeypatch.setattr(unmanaged, "exchange_problem", lambda *_: REASON)

    with pytest.raises(ExchangeUnsupported, match=REASON):
        ask_adopt(settings, "theirs")

    seen = adoption_preview(settings, "theirs")
    assert seen.problem is not None
    assert (seen.possible, REASON in seen.problem.message) == (False, True)
    assert seen.problem.code == ExchangeUnsupported.code
    assert list_operations(Store(settings.envs_dir)) == []


def test_it_is_not_updated(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(settings.envs_dir)
    # Its generation.json as of any other generation.
    made = publish(store, "other")
    begin_adoption(store, "theirs")
    made.info.write_text(made.info.read_text().replace('"other"', '"theirs"'))
    made.folder.rename(store.folder("theirs") / ".adoption")
    commit_adoption(store, "theirs", store.folder("theirs") / ".adoption")
    assert get_managed(store, "theirs").generation == 0
    monkeypatch.setattr(adopted, "exchange_problem", lambda *_: REASON)

    with pytest.raises(ExchangeUnsupported, match=REASON):
        ask_update(settings, "theirs", SpecSource(data=b"name: x\ndependencies: [text-prefix]\n"))

    assert list_operations(store) == []
    assert not store.link("theirs").is_symlink()


def test_files_of_ours_are_not_written_over(settings: Settings) -> None:
    """As a copy of one of our generations has them."""
    store = Store(settings.envs_dir)
    (store.link("theirs") / "conda-meta" / "jupyter-envs").mkdir()

    with pytest.raises(AdoptionImpossible, match="exists already"):
        ask_adopt(settings, "theirs")
