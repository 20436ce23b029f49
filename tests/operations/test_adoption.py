"""Which lines a change becomes: what was done, and no more than was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.ledger import content_hash
from jupyter_envs.operations.adoption import adoption, own_file
from jupyter_envs.store import (
    DriftRecord,
    Environment,
    SourceInfo,
    Store,
    Verdict,
    get_environment,
)
from tests.operations import publish
from tests.support.fake_prefix import FakePrefix

SPEC = """\
# ours
dependencies:
  - python
  - tqdm=4.66  # bars
  - numpy
  - pip
  - pip:
    - rich  # colours
    - attrs==1.0
"""


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    store = Store(tmp_path / "envs")
    prefix = FakePrefix(store.generation("demo", 1))
    prefix.conda_install("tqdm", "4.66")
    prefix.conda_install("numpy", "1.26")
    files = publish(store, "demo")
    files.spec.write_text(SPEC)
    return get_environment(store, "demo")


def record(*verdicts: Verdict) -> DriftRecord:
    return DriftRecord(
        operation="",
        fingerprint="",
        folders=(),
        touched=(),
        level="identity",
        checked_at="",
        verdicts=verdicts,
    )


def change(environment: Environment, *verdicts: Verdict) -> list[str]:
    """The lines that come and go."""
    found = adoption(environment, record(*verdicts))
    assert found.taken == verdicts
    lines = found.difference.splitlines()
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def conda(code: str, package: str, **more: str | bool) -> Verdict:
    return Verdict(code=code, package=package, manager="conda", **more)  # type: ignore[arg-type]


def pip(code: str, package: str, **more: str | bool) -> Verdict:
    return Verdict(code=code, package=package, manager="pip", distribution=package, **more)  # type: ignore[arg-type]


def test_pip_over_conda_moves_the_line_with_its_remark(environment: Environment) -> None:
    assert change(environment, pip("pip_replaced_conda", "tqdm", after="4.70")) == [
        "-  - tqdm=4.66  # bars",
        "+    - tqdm==4.70  # bars",
    ]


def test_a_package_that_the_file_does_not_name_has_no_line_to_move(
    environment: Environment,
) -> None:
    assert change(environment, pip("pip_replaced_conda", "six", after="2.0")) == ["+    - six==2.0"]


def test_a_package_that_pip_calls_otherwise(environment: Environment) -> None:
    verdict = Verdict(
        code="pip_replaced_conda",
        package="numpy",
        manager="pip",
        distribution="num-py",
        after="2.0",
    )

    assert change(environment, verdict) == ["-  - numpy", "+    - num-py==2.0"]


@pytest.mark.parametrize(
    ("verdict", "lines"),
    [
        (
            conda("version_changed", "numpy", after="2.0", requested=True),
            ["-  - numpy", "+  - numpy=2.0"],
        ),
        (
            conda("version_changed", "tqdm", after="4.70"),
            ["-  - tqdm=4.66  # bars", "+  - tqdm=4.70  # bars"],
        ),
        (conda("version_changed", "zlib", after="2.0"), []),
        (
            conda("build_changed", "numpy", before="0", after="1"),
            ["-  - numpy", "+  - numpy=1.26=1"],
        ),
        (conda("added_by_conda", "xz", after="5.6", requested=True), ["+  - xz=5.6"]),
        (conda("removed", "numpy", before="1.26"), ["-  - numpy"]),
        (
            pip("version_changed", "rich", after="16.0"),
            ["-    - rich  # colours", "+    - rich==16.0  # colours"],
        ),
        (pip("pip_added", "six", after="1.0", requested=True), ["+    - six==1.0"]),
        (pip("removed", "attrs", before="1.0"), ["-    - attrs==1.0"]),
    ],
    ids=lambda value: value.code + " " + value.package if isinstance(value, Verdict) else "",
)
def test_each_kind(environment: Environment, verdict: Verdict, lines: list[str]) -> None:
    assert change(environment, verdict) == lines


def test_what_was_only_brought_along_gets_no_line(environment: Environment) -> None:
    verdicts = (
        conda("added_by_conda", "libxz", after="5.6"),
        conda("added_by_conda", "xz", after="5.6", requested=True),
        pip("pip_added", "mdurl", after="1.0"),
        pip("pip_added", "rich-cli", after="1.0", requested=True),
    )

    assert change(environment, *verdicts) == ["+  - xz=5.6", "+    - rich-cli==1.0"]


def test_where_nobody_wrote_down_what_was_asked_for_all_of_it_gets_a_line(
    environment: Environment,
) -> None:
    verdicts = (pip("pip_added", "mdurl", after="1.0"), pip("pip_added", "six", after="1.0"))

    assert change(environment, *verdicts) == ["+    - mdurl==1.0", "+    - six==1.0"]


@pytest.mark.parametrize(
    "verdict",
    [
        pip("editable", "mine", after="0.1", origin="/src/mine"),
        pip("pip_local", "mine", after="0.1", origin="/src/mine"),
        pip("pip_replaced_conda", "tqdm", after="9.9", origin="https://example.org/tqdm"),
        pip("two_versions", "tqdm", before="4.66", after="4.70"),
        pip("conda_replaced_pip", "rich", before="15.0", after="15.1"),
        pip("removed", "mdurl", before="1.0"),
        conda("removed", "zlib", before="1.0"),
        conda("hash_mismatch", "numpy", before="1.26", after="1.26"),
        conda("build_changed", "zlib", before="0", after="1"),
        Verdict(code="file_edited", package="numpy", files=("a",), count=1),
        Verdict(code="unowned_files", files=("a",), count=1),
    ],
    ids=lambda verdict: f"{verdict.code} {verdict.package}",
)
def test_what_no_line_can_say_is_left(environment: Environment, verdict: Verdict) -> None:
    found = adoption(environment, record(verdict))

    assert (found.taken, found.left, found.edits) == ((), (verdict,), ())
    assert found.data == SPEC.encode()


def test_the_difference_is_shown_without_logins(environment: Environment) -> None:
    spec = environment.prefix / "conda-meta" / "jupyter-envs" / "environment.yml"
    login = "https://ada:s3cret@conda.example.org/c"
    spec.write_text(f"channels: [{login}]\ndependencies: [python]\n")

    found = adoption(environment, record(pip("pip_added", "six", after="1.0")))

    assert login in found.data.decode()
    assert "s3cret" not in found.difference


def test_the_persons_file_is_theirs_once_it_was_changed(tmp_path: Path) -> None:
    store, file = Store(tmp_path / "envs"), tmp_path / "environment.yml"
    file.write_text(SPEC)
    digest = content_hash(SPEC.encode())

    def made_from(source: SourceInfo) -> Environment:
        publish(store, "demo", source=source)
        return get_environment(store, "demo")

    found = made_from(SourceInfo(kind="spec", file=str(file), sha256=digest))
    assert own_file(found) == file
    assert own_file(found, b"adopted") == file

    file.write_text("adopted")
    assert own_file(found) is None
    assert own_file(found, b"adopted") == file  # an adoption that was interrupted
    file.unlink()
    assert own_file(found, b"adopted") is None


@pytest.mark.parametrize("kind", ["lock", "environment"])
def test_a_lock_is_no_file_to_write_a_spec_into(tmp_path: Path, kind: str) -> None:
    store, file = Store(tmp_path / "envs"), tmp_path / "conda-lock.yml"
    file.write_text(SPEC)
    source = SourceInfo(kind=kind, file=str(file), sha256="0" * 64)  # type: ignore[arg-type]
    publish(store, "demo", source=source)

    assert own_file(get_environment(store, "demo")) is None
