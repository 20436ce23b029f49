"""What was done to a prefix, and what the three tiers say of it, one thing at a time."""

from __future__ import annotations

import os
import string
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_envs.store import (
    DRIFT,
    Verdict,
    content_verdicts,
    fingerprint,
    identity_verdicts,
    site_packages,
    touched,
)
from jupyter_envs.store.drift_model import MOST_FILES
from tests.support.fake_prefix import SITE, FakePrefix, expected_conda, expected_pip

LOCK = (
    expected_conda("tqdm", "4.66.1"),
    expected_conda("numpy", "1.26"),
    expected_pip("rich", "15.0"),
)


@pytest.fixture
def prefix(tmp_path: Path) -> FakePrefix:
    made = FakePrefix(tmp_path / "prefix")
    made.conda_install("tqdm", "4.66.1")
    made.conda_install("numpy", "1.26")
    made.pip_install("rich", "15.0")
    return made


def codes(prefix: FakePrefix) -> list[str]:
    return [one.code for one in identity_verdicts(prefix.path, LOCK)]


def only(prefix: FakePrefix) -> Verdict:
    (found,) = identity_verdicts(prefix.path, LOCK)
    return found


def test_a_fresh_prefix_is_clean_also_after_python_ran(prefix: FakePrefix) -> None:
    before = fingerprint(prefix.path)

    prefix.run()

    assert identity_verdicts(prefix.path, LOCK) == ()
    assert content_verdicts(prefix.path) == ()
    assert fingerprint(prefix.path) == before


def test_pip_over_conda(prefix: FakePrefix) -> None:
    prefix.pip_install("tqdm", "4.70.1")

    found = only(prefix)

    assert (found.code, found.package, found.manager) == ("pip_replaced_conda", "tqdm", "pip")
    assert (found.before, found.after) == ("4.66.1", "4.70.1")
    assert found.message == (
        "pip replaced the conda package tqdm 4.66.1 by 4.70.1; conda does not know"
    )


def test_pip_over_conda_with_the_same_version(prefix: FakePrefix) -> None:
    prefix.pip_install("tqdm", "4.66.1")

    found = only(prefix)

    assert (found.code, found.before, found.after) == ("pip_replaced_conda", "4.66.1", "4.66.1")


def test_a_package_that_came_with_another_tools_name_in_it_is_no_drift(tmp_path: Path) -> None:
    """Some conda packages were built by pip, and say so."""
    made = FakePrefix(tmp_path / "prefix")
    made.conda_install("tqdm", "4.66.1")
    (made.site / "tqdm-4.66.1.dist-info" / "INSTALLER").write_text("pip\n")

    assert identity_verdicts(made.path, LOCK[:1]) == ()


CASES: dict[str, tuple[Callable[[FakePrefix], None], str, str | None, str | None]] = {
    "conda removed": (lambda p: p.conda_remove("numpy"), "removed", "1.26", None),
    "pip removed conda's": (lambda p: p.pip_uninstall("numpy"), "removed", "1.26", None),
    "pip removed its own": (lambda p: p.pip_uninstall("rich"), "removed", "15.0", None),
    "conda changed": (lambda p: p.conda_install("numpy", "2.0"), "version_changed", "1.26", "2.0"),
    "pip changed": (lambda p: p.pip_install("rich", "16.0"), "version_changed", "15.0", "16.0"),
    "another build": (lambda p: p.conda_install("numpy", "1.26", "1"), "build_changed", "0", "1"),
    "another file": (
        lambda p: p.conda_install("numpy", "1.26", archive="f" * 64),
        "hash_mismatch",
        "1.26",
        "1.26",
    ),
    "conda added": (lambda p: p.conda_install("xz", "5.6"), "added_by_conda", None, "5.6"),
    "pip added": (lambda p: p.pip_install("attrs", "1.0"), "pip_added", None, "1.0"),
    "editable": (
        lambda p: p.pip_install("mine", "0.1", place="/src/mine"),
        "editable",
        None,
        "0.1",
    ),
    "editable over pip's": (
        lambda p: p.pip_install("rich", "15.0", place="/src/rich"),
        "editable",
        "15.0",
        "15.0",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_done_is_what_is_said(prefix: FakePrefix, case: str) -> None:
    do, code, before, after = CASES[case]

    do(prefix)

    found = only(prefix)
    assert (found.code, found.before, found.after) == (code, before, after)


def test_an_editable_install_names_its_folder(prefix: FakePrefix) -> None:
    prefix.pip_install("mine", "0.1", place="/src place/mine")

    assert only(prefix).origin == "/src place/mine"
    assert only(prefix).message == "mine 0.1 is an editable install from /src place/mine"


def test_a_wheel_from_an_address_is_told_without_its_login(prefix: FakePrefix) -> None:
    prefix.pip_install("attrs", "1.0")
    direct = prefix.site / "attrs-1.0.dist-info" / "direct_url.json"
    direct.write_text('{"url": "https://ada:s3cret@example.org/attrs.whl", "archive_info": {}}')

    found = only(prefix)

    assert found.code == "pip_local"
    assert "s3cret" not in repr(found)
    assert "example.org/attrs.whl" in found.message


def test_conda_over_pip_leaves_two(prefix: FakePrefix) -> None:
    prefix.pip_install("tqdm", "4.70.1")
    prefix.conda_install("tqdm", "4.66.1", "0")

    found = only(prefix)

    assert (found.code, found.before, found.after) == ("two_versions", "4.66.1", "4.70.1")


def test_conda_in_place_of_pip(prefix: FakePrefix) -> None:
    prefix.pip_uninstall("rich")
    prefix.conda_install("rich", "15.1")

    assert codes(prefix) == ["conda_replaced_pip", "added_by_conda"]


def test_what_pip_is_about_to_take_away_is_not_there(prefix: FakePrefix) -> None:
    """pip moves the old version to a name with a tilde, and sometimes leaves it."""
    prefix.pip_install("tqdm", "4.70.1")
    (prefix.site / "~qdm-4.66.1.dist-info").mkdir()

    assert codes(prefix) == ["pip_replaced_conda"]


def test_nonsense_is_no_reason_to_fall_over(prefix: FakePrefix) -> None:
    (prefix.path / "conda-meta" / "broken-1-0.json").write_text("{")
    (prefix.site / "odd.dist-info").mkdir()
    (prefix.site / "odder-1.0.dist-info").mkdir()
    prefix.pip_install("attrs", "1.0")
    (prefix.site / "attrs-1.0.dist-info" / "direct_url.json").write_text("[")
    (prefix.site / "attrs-1.0.dist-info" / "RECORD").write_bytes(b"\xff\x00,sha256=,\n../..")

    assert codes(prefix) == ["pip_added"]
    assert [one.code for one in content_verdicts(prefix.path, known=("attrs",))] == [
        "unowned_files"
    ]


def test_the_worst_comes_first(prefix: FakePrefix) -> None:
    prefix.pip_install("attrs", "1.0")
    prefix.conda_remove("numpy")
    prefix.pip_install("tqdm", "4.70.1")

    assert codes(prefix) == ["pip_replaced_conda", "removed", "pip_added"]


# -- content -----------------------------------------------------------------------------------


def test_an_edit_of_the_same_length_is_found(prefix: FakePrefix) -> None:
    module = prefix.module("numpy")
    module.write_bytes(module.read_bytes().swapcase())

    (found,) = content_verdicts(prefix.path)

    assert (found.code, found.package, found.manager) == ("file_edited", "numpy", "conda")
    assert (found.files, found.count) == ((f"{SITE}/numpy/__init__.py",), 1)
    assert identity_verdicts(prefix.path, LOCK) == ()


def test_files_of_pip_are_looked_at_too(prefix: FakePrefix) -> None:
    prefix.module("rich").write_text("edited")
    (prefix.site / "rich" / "15_0.py").unlink()

    found = content_verdicts(prefix.path)

    assert [(one.code, one.package, one.manager) for one in found] == [
        ("file_missing", "rich", "pip"),
        ("file_edited", "rich", "pip"),
    ]


def test_files_of_nobody(prefix: FakePrefix) -> None:
    (prefix.site / "notes.txt").write_text("mine")
    for number in range(MOST_FILES + 20):
        place = prefix.site / "mine" / f"{number}.py"
        place.parent.mkdir(exist_ok=True)
        place.write_text("")

    (found,) = content_verdicts(prefix.path)

    assert (found.code, found.count, len(found.files)) == (
        "unowned_files",
        MOST_FILES + 21,
        MOST_FILES,
    )


def test_a_link_in_place_of_a_file(prefix: FakePrefix) -> None:
    module = prefix.module("numpy")
    elsewhere = prefix.path.parent / "elsewhere.py"
    module.rename(elsewhere)
    module.symlink_to(elsewhere)

    assert [one.code for one in content_verdicts(prefix.path)] == ["file_edited"]


def test_a_file_that_two_packages_claim_may_be_either_ones(prefix: FakePrefix) -> None:
    prefix.conda_install("xz", "1.0")
    meta = prefix.path / "conda-meta" / "xz-1.0-0.json"
    meta.write_text(meta.read_text().replace(f"{SITE}/xz/__init__.py", f"{SITE}/numpy/1_26.py"))
    prefix.module("xz").unlink()

    assert content_verdicts(prefix.path) == ()


def test_only_some_packages_can_be_looked_at(prefix: FakePrefix) -> None:
    for name in ("numpy", "tqdm", "rich"):
        prefix.module(name).write_text("edited")
    (prefix.site / "notes.txt").write_text("mine")

    found = content_verdicts(prefix.path, only=("numpy", "rich"))

    assert {one.package for one in found} == {"numpy", "rich"}
    assert {one.package for one in content_verdicts(prefix.path, known=("numpy",))} == {
        "tqdm",
        "rich",
        "",
    }


# -- fingerprint -------------------------------------------------------------------------------


def _moves(name: str) -> Callable[[FakePrefix], None]:
    return CASES[name][0]


@pytest.mark.parametrize("case", [name for name in CASES if name != "another file"])
def test_every_change_of_packages_changes_the_fingerprint(prefix: FakePrefix, case: str) -> None:
    before = fingerprint(prefix.path)

    _moves(case)(prefix)

    assert fingerprint(prefix.path) != before


def test_a_reinstallation_changes_the_fingerprint(prefix: FakePrefix) -> None:
    metadata = prefix.site / "tqdm-4.66.1.dist-info" / "METADATA"
    os.utime(metadata, (0, 0))
    before = fingerprint(prefix.path)

    prefix.pip_install("tqdm", "4.66.1")

    assert fingerprint(prefix.path) != before


def test_what_comes_and_goes_is_noticed_by_the_folders(prefix: FakePrefix) -> None:
    folders = site_packages(prefix.path)
    assert folders == (SITE,)
    for folder in ("conda-meta", SITE):
        os.utime(prefix.path / folder, (0, 0))
    before = touched(str(prefix.path), folders)

    prefix.pip_install("attrs", "1.0")
    after_pip = touched(str(prefix.path), folders)
    prefix.conda_install("xz", "1.0")

    assert before == (0, 0)
    assert after_pip[0] == 0
    assert after_pip[1] > 0
    assert touched(str(prefix.path), folders)[0] > 0


def test_the_link_that_conda_forges_python_has_is_no_second_python(prefix: FakePrefix) -> None:
    (prefix.path / "lib" / "python3.1").symlink_to("python3.12")

    assert site_packages(prefix.path) == (SITE,)
    assert identity_verdicts(prefix.path, LOCK) == ()


def test_no_prefix_no_python(tmp_path: Path) -> None:
    assert site_packages(tmp_path / "nowhere") == ()
    assert len(fingerprint(tmp_path / "nowhere")) == 64
    assert touched(str(tmp_path / "nowhere"), ()) == (0,)


# -- texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", DRIFT)
def test_every_sentence_can_be_said(code: str) -> None:
    params = {field for _, field, _, _ in string.Formatter().parse(DRIFT[code]) if field}
    verdict = Verdict(code=code, package="tqdm", files=("a",), count=1)

    assert params <= verdict.params.keys()
    assert "{" not in verdict.message
