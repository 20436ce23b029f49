"""``conda-meta/history`` by the rules of conda's own reader."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_envs.lock import LockedPackage
from jupyter_envs.store import read_history, write_history
from tests.lock.sample import conda, pip
from tests.lock.strategies import conda_packages

# As conda reads it: a revision begins with a date; comments have a name and a value; its specs
# are a Python literal; "conda version" decides how the specs are read, and without it they are
# left out; what was linked and unlinked are lines with a sign.
_REVISION = re.compile(r"==>\s*(.+)\s*<==")
_COMMENT = re.compile(r"#\s*(?P<name>cmd|conda version|update specs|remove specs):\s*(?P<value>.+)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def revisions(text: str) -> list[dict[str, Any]]:
    """What conda would make of a history; an AssertionError where it would stumble."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        if begin := _REVISION.fullmatch(line):
            assert _DATE.fullmatch(begin[1].strip())
            found.append({"linked": set(), "unlinked": set()})
        elif comment := _COMMENT.fullmatch(line):
            value: Any = comment["value"]
            if comment["name"].endswith("specs"):
                value = ast.literal_eval(value)
                assert all(isinstance(spec, str) for spec in value)
            found[-1][comment["name"]] = value
        else:
            channel, separator, dist = line[1:].rpartition("::")
            assert line[0] in "+-"
            assert separator
            assert channel
            name, version, build = dist.rsplit("-", 2)
            found[-1]["linked" if line[0] == "+" else "unlinked"].add((name, version, build))
    return found


def facts(packages: list[LockedPackage]) -> set[tuple[str, str, str]]:
    return {(p.name, p.version, p.build) for p in packages if p.manager == "conda"}


def write(
    folder: Path,
    before: list[LockedPackage],
    after: list[LockedPackage],
    specs: list[str],
    previous: str = "",
) -> str:
    (folder / "conda-meta").mkdir(parents=True, exist_ok=True)
    write_history(folder, before, after, specs, previous=previous)
    return read_history(folder)


def test_each_generation_is_a_revision(tmp_path: Path) -> None:
    one = [conda("python", "3.12.1"), conda("ca-certificates"), pip("rich")]
    two = [conda("python", "3.12.2"), conda("ca-certificates"), conda("tqdm")]
    first = write(tmp_path, [], one, ["python=3.12", 'numpy[version=">=1"]'])
    text = write(tmp_path, one, two, ["python", "tqdm"], previous=first)

    before, after = revisions(text)
    assert before["linked"] == facts(one)
    assert before["update specs"] == ["python=3.12", 'numpy[version=">=1"]']
    assert (after["linked"], after["unlinked"]) == (
        facts(two) - facts(one),
        facts(one) - facts(two),
    )
    for revision in (before, after):
        # Without a version of 4.4 or newer's form, conda would not read the specs as a list.
        assert re.fullmatch(r"\d+\.\d+(\.\d+)?", revision["conda version"])
        assert revision["cmd"].startswith("jupyter envs")


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(conda_packages(), max_size=5, unique_by=lambda p: p.name),
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)),
)
def test_any_packages_and_specs_come_back(
    tmp_path: Path, packages: list[LockedPackage], specs: list[str]
) -> None:
    linux = [msgspec.structs.replace(p, platform="linux-64") for p in packages]
    (revision,) = revisions(write(tmp_path, [], linux, specs))
    assert revision["linked"] == facts(linux)
    assert revision["update specs"] == specs
