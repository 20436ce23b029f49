"""What of a history goes on to the next generation."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.lock import LockedPackage
from jupyter_envs.store import read_history, write_history


def package(name: str, version: str) -> LockedPackage:
    return LockedPackage(
        name=name,
        version=version,
        manager="conda",
        platform="noarch",
        url=f"https://c.example/noarch/{name}-{version}-0.conda",
        sha256="0" * 64,
    )


def generation(folder: Path, *packages: LockedPackage, before: Path | None = None) -> Path:
    (folder / "conda-meta").mkdir(parents=True)
    write_history(folder, [], packages, ["xz"], previous=read_history(before) if before else "")
    return folder


def test_each_generation_adds_its_entry(tmp_path: Path) -> None:
    one = generation(tmp_path / "1", package("xz", "1"))
    two = generation(tmp_path / "2", package("xz", "2"), before=one)

    assert read_history(two).startswith(read_history(one))
    assert read_history(two).count("# cmd: jupyter envs") == 2


def test_what_conda_did_in_one_generation_is_not_told_of_the_next(tmp_path: Path) -> None:
    one = generation(tmp_path / "1", package("xz", "1"))
    ours = read_history(one)
    entry = "==> 2026-11-26 12:00:00 <==\n# cmd: conda install tqdm\n+c::tqdm-4.0-0\n"
    (one / "conda-meta" / "history").write_text(ours + entry + entry)

    two = generation(tmp_path / "2", package("xz", "1"), before=one)

    assert "tqdm" not in read_history(two)
    assert read_history(two).startswith(ours)


def test_a_history_that_only_conda_wrote_stays(tmp_path: Path) -> None:
    one = tmp_path / "1"
    (one / "conda-meta").mkdir(parents=True)
    theirs = "==> 2020-01-01 12:00:00 <==\n# cmd: conda create\n+c::xz-1-0\n"
    (one / "conda-meta" / "history").write_text(theirs)

    two = generation(tmp_path / "2", package("xz", "1"), before=one)

    assert read_history(two).startswith(theirs)
