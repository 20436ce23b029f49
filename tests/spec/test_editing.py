"""Lines for packages are set and removed, and nothing else of the file changes."""

from __future__ import annotations

import codecs
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jupyter_envs.errors import SpecInvalid
from jupyter_envs.spec import (
    PackageEdit,
    classify_pip_line,
    dependency_name,
    edit_spec,
    parse_spec,
)

from .corpus import files

FILE = """\
# what we use
name: climate   # the name
channels:
    - conda-forge

dependencies:
  - python =3.12  # not newer
  - NumPy>=1.26
  # scipy may follow

  - pip
  - pip:
      - tabulate  # tables
      - Rich_Tool==1.0
# the end
"""


def conda(name: str, text: str | None) -> PackageEdit:
    return PackageEdit(manager="conda", name=name, text=text)


def pip(name: str, text: str | None) -> PackageEdit:
    return PackageEdit(manager="pip", name=name, text=text)


def edited(text: str, *edits: PackageEdit) -> str:
    return edit_spec(text.encode(), edits).decode()


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that only one of two texts has."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (conda("numpy", "numpy=2.1"), ["  - NumPy>=1.26\n"], ["  - numpy=2.1\n"]),
        (conda("python", "python =3.13"), ["  - python =3.12  # not newer\n"],
         ["  - python =3.13  # not newer\n"]),
        (conda("python", None), ["  - python =3.12  # not newer\n"], []),
        (conda("scipy", "scipy"), [], ["  - scipy\n"]),
        (conda("a", "conda-forge::a[version='>=1,<2']"), [],
         ["  - conda-forge::a[version='>=1,<2']\n"]),
        (conda("nothing", None), [], []),
        (pip("rich-tool", "rich-tool==2.0"), ["      - Rich_Tool==1.0\n"],
         ["      - rich-tool==2.0\n"]),
        (pip("rich.tool", None), ["      - Rich_Tool==1.0\n"], []),
        (pip("tqdm", "tqdm==4.70.1"), [], ["      - tqdm==4.70.1\n"]),
        (pip("a", "a @ https://example.org/a.whl#sha256=0"), [],
         ["      - a @ https://example.org/a.whl#sha256=0\n"]),
    ],
    ids=lambda value: value.name if isinstance(value, PackageEdit) else "",
)  # fmt: skip
def test_one_line_changes(edit: PackageEdit, before: list[str], after: list[str]) -> None:
    assert changed_lines(FILE, edited(FILE, edit)) == (before, after)


def test_a_conda_line_goes_before_the_pip_section() -> None:
    assert "  - pip\n  - scipy\n  - pip:\n" in edited(FILE, conda("scipy", "scipy"))


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        # no pip section yet
        ("dependencies:\n- a # x\n", pip("b", "b"),
         "dependencies:\n- a # x\n- pip\n- pip:\n    - b\n"),
        ("dependencies:\n  - pip\n  - a", pip("b", "b"),
         "dependencies:\n  - pip\n  - a\n  - pip:\n      - b"),
        ("dependencies: [a]\n", pip("b", "b"), "dependencies: [a, pip, {pip: [b]}]\n"),
        # a section without lines
        ("dependencies:\n  - pip\n  - pip:  # ours\n", pip("b", "b"),
         "dependencies:\n  - pip\n  - pip:  # ours\n      - b\n"),
        ("dependencies:\n  - pip:\n", pip("b", "b"),
         "dependencies:\n  - pip\n  - pip:\n      - b\n"),
        ("dependencies:\n  - pip: []\n  - pip\n", pip("b", "b"),
         "dependencies:\n  - pip: [b]\n  - pip\n"),
        # no dependencies yet
        ("name: a\n", conda("b", "b"), "name: a\ndependencies:\n  - b\n"),
        ("name: a", conda("b", "b"), "name: a\ndependencies:\n  - b"),
        ("name: a\ndependencies:\n", conda("b", "b"), "name: a\ndependencies:\n  - b\n"),
        ("dependencies: ~  # none\nname: a\n", conda("b", "b"),
         "dependencies:   # none\n  - b\nname: a\n"),
        ("dependencies: []\n", conda("b", "b"), "dependencies: [b]\n"),
        ("dependencies: []\n", pip("b", "b>=1,<2"), "dependencies: [pip, {pip: ['b>=1,<2']}]\n"),
        ("name: a\n", pip("b", "b"), "name: a\ndependencies:\n  - pip\n  - pip:\n      - b\n"),
        # lists in one line
        ("dependencies: [a, b]\n", conda("a", None), "dependencies: [b]\n"),
        ("dependencies: [a, b]\n", conda("b", None), "dependencies: [a]\n"),
        ("dependencies: [a]\n", conda("a", None), "dependencies: []\n"),
        ("dependencies: [a, pip]\n", conda("c", "c>=1,<2"),
         "dependencies: [a, pip, 'c>=1,<2']\n"),
        # the last line of a list
        ("dependencies:\n- a\nname: x\n", conda("a", None), "dependencies:\n  []\nname: x\n"),
        ("dependencies:\n- a\n- pip:\n  - b\n", pip("b", None), "dependencies:\n- a\n"),
        # more than one line for a package
        ("dependencies:\n- a=1\n- b\n- A\n", conda("a", "a=2"), "dependencies:\n- a=2\n- b\n"),
        ("dependencies: [b, a, a]\n", conda("a", None), "dependencies: [b]\n"),
        # no final line break, other forms of a value
        ("dependencies:\n  - a\n  - b", conda("b", None), "dependencies:\n  - a"),
        ("dependencies:\n  - a\n  - b", conda("c", "c"), "dependencies:\n  - a\n  - b\n  - c"),
        ("dependencies:\n  - |\n    a\n  - b\n", conda("a", "a=1"),
         "dependencies:\n  - a=1\n  - b\n"),
        ("dependencies:\n  - 'a'  # x\n", conda("a", "a=1"), "dependencies:\n  - a=1  # x\n"),
        ("x: [*y]\ndependencies:\n  - &y a=1\n".replace("[*y]", "1"), conda("a", "a=2"),
         "x: 1\ndependencies:\n  - &y a=2\n"),
    ],
    ids=range(26),
)  # fmt: skip
def test_forms_of_lists(text: str, edit: PackageEdit, expected: str) -> None:
    assert edited(text, edit) == expected


def test_a_list_that_is_an_alias_changes_where_it_is_written() -> None:
    text = "x: &l\n  - a\ndependencies: *l\n"
    assert edited(text, conda("a", "a=2")) == "x: &l\n  - a=2\ndependencies: *l\n"
    empty = "x: &l []\ndependencies: *l\n"
    assert edited(empty, conda("a", "a=2")) == "x: &l []\ndependencies: [a=2]\n"


@pytest.mark.parametrize("text", ["{name: a}\n", "{name: a, dependencies: }\n"])
def test_a_file_in_one_line_of_braces_is_left_to_the_person(text: str) -> None:
    with pytest.raises(SpecInvalid, match="cannot be changed"):
        edited(text, conda("a", "a=2"))


def test_several_edits_at_once() -> None:
    text = edited(
        FILE, conda("numpy", None), pip("tabulate", None), pip("rich-tool", None), pip("x", "x==1"),
        conda("scipy", "scipy"), conda("scipy", "scipy=1"),
    )  # fmt: skip
    spec = parse_spec(text.encode()).spec
    assert spec is not None
    assert spec.dependencies == ("python =3.12", "pip", "scipy=1")
    assert spec.pip == ("x==1",)
    assert [line for line in FILE.splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]


@pytest.mark.parametrize(
    "edit",
    [conda("a", "b"), conda("a", "a: x"), conda("a", "a\nb"), pip("a", "-e ."), pip("a", "one two"),
     conda("a", "a\n- b"), conda("a", "")],
)  # fmt: skip
def test_a_line_for_something_else_is_refused(edit: PackageEdit) -> None:
    with pytest.raises(SpecInvalid):
        edited(FILE, edit)


def test_a_file_with_an_error_is_refused() -> None:
    with pytest.raises(SpecInvalid, match="line 2"):
        edited("dependencies:\n  - python: 3.10\n", conda("a", "a"))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_stay_in_every_encoding(newline: str, encoding: str) -> None:
    written = FILE.replace("climate", "früh 😀").replace("\n", newline)
    before = written.encode(encoding)
    after = edit_spec(before, [conda("numpy", "numpy=2"), conda("scipy", "scipy")])
    expected = written.replace("NumPy>=1.26", "numpy=2").replace(
        f"  - pip{newline}", f"  - pip{newline}  - scipy{newline}", 1
    )
    assert after == expected.encode(encoding)
    mark = {"utf-8": b"", "utf-8-sig": codecs.BOM_UTF8}.get(encoding, before[:2])
    assert after.startswith(mark)


_VALID = {name: data for name, data in files().items() if parse_spec(data).spec is not None}
_TEXTS = [FILE.encode(), FILE.replace("\n", "\r\n").encode(), *_VALID.values()]


def named(line: str, manager: str) -> str:
    found = dependency_name(line) if manager == "conda" else classify_pip_line(line).name
    return (found or "").lower()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_TEXTS), st.data())
def test_an_edit_of_a_real_file_is_the_edit_of_its_meaning(
    data: bytes, draw: st.DataObject
) -> None:
    spec = parse_spec(data).spec
    assert spec is not None
    manager = draw.draw(st.sampled_from(["conda", "pip"]))
    lines = spec.dependencies if manager == "conda" else spec.pip
    # A package that is there twice, as "graphviz" and as "graphviz=2", has both lines edited.
    once = Counter(named(line, manager) for line in lines)
    names = [line for line in lines if line.isidentifier() and once[line.lower()] == 1]
    name = draw.draw(st.sampled_from([*names, "brand-new-package"]))
    text = draw.draw(st.sampled_from([None, f"{name}==1.2.3"]))
    assume(not (manager == "conda" and name == "pip"))
    edit = PackageEdit(manager=manager, name=name, text=text)  # type: ignore[arg-type]  # drawn from the two managers

    after = parse_spec(edit_spec(data, [edit])).spec

    assert after is not None
    found = after.dependencies if manager == "conda" else after.pip
    others = [line for line in lines if line.lower() != name.lower()]
    kept = [line for line in found if line not in (text, "pip")]
    assert kept == [line for line in others if line != "pip"]
    assert (text is None) or found.count(text) == 1
    assert (after.name, after.channels) == (spec.name, spec.channels)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(_TEXTS))
def test_a_line_that_is_added_and_removed_leaves_every_byte_as_it_was(data: bytes) -> None:
    spec = parse_spec(data).spec
    assert spec is not None
    assume(spec.dependencies and "\ndependencies: [" not in data.decode("utf-8", "replace"))
    there = edit_spec(data, [conda("brand-new-package", "brand-new-package=1")])
    assert len(there) > len(data)
    assert edit_spec(there, [conda("brand-new-package", None)]) == data
