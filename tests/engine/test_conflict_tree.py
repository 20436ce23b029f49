"""The solver's account of a conflict becomes a tree, whatever it says."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.engine.conflict_tree import (
    ConflictNode,
    contested_names,
    parse_conflict,
    shortened,
    walk,
)

# Written by py-rattler 0.28 for records of conda-forge.
ONE_LINE = """\
numpy <1.20 cannot be installed because there are no viable options:
├─ numpy 1.19.5 would require
│  └─ python >=3.6,<3.7.0a0, for which no candidates were found.
└─ numpy 1.19.0 would require
   └─ python >=3.7,<3.8.0a0, for which no candidates were found.
"""
TWO_LINES = """\
The following packages are incompatible
├─ python 3.9.* can be installed with any of the following options:
│  └─ python 3.9.0 | 3.9.10 | ... | 3.9.23
└─ numpy 2.3.* cannot be installed because there are no viable options:
   └─ numpy 2.3.4 would require
      └─ python_abi 3.14.* *_cp314, which cannot be installed because there are no viable options:
         └─ python_abi 3.14 would constrain
            └─ python 3.14.* *_cp314, which conflicts with any installable versions previously reported
"""  # noqa: E501 - the solver's own lines
EXCLUDED = """\
The following packages are incompatible
└─ app [channel="file:///first/"] cannot be installed because there are no viable options:
   └─ app 1.0 is excluded because candidate not in requested channel: 'first'
"""

shapes = st.sampled_from(
    ["├─ ", "└─ ", "│  ", "   ", "\n", " would require", ", for which no candidates were found."]
)
accounts = st.lists(st.one_of(shapes, st.text(max_size=20)), max_size=60).map("".join)


def test_a_requirement_and_what_stands_in_its_way() -> None:
    tree = parse_conflict(ONE_LINE)
    assert (tree.kind, tree.package, tree.spec) == ("blocked", "numpy", "<1.20")
    assert [child.spec for child in tree.children] == ["1.19.5", "1.19.0"]
    obstacle = tree.children[0].children[0]
    assert (obstacle.kind, obstacle.package) == ("unavailable", "python")
    assert obstacle.spec == ">=3.6,<3.7.0a0"


def test_lines_that_exclude_each_other_are_children_of_one_conflict() -> None:
    tree = parse_conflict(TWO_LINES)
    assert tree.kind == "conflict"
    assert [(node.kind, node.package) for node in tree.children] == [
        ("possible", "python"),
        ("blocked", "numpy"),
    ]
    assert [node.kind for node in walk(tree)][-2:] == ["constrains", "clashes"]
    assert contested_names(tree) == ("python",)


def test_both_accounts_are_kept_when_the_solver_gives_two() -> None:
    tree = parse_conflict(ONE_LINE + TWO_LINES)
    assert [child.kind for child in tree.children] == ["blocked", "conflict"]


def test_a_channel_in_brackets_is_no_part_of_the_constraint() -> None:
    blocked = parse_conflict(EXCLUDED).children[0]
    assert (blocked.package, blocked.spec) == ("app", None)
    assert blocked.children[0].kind == "excluded"


def test_a_name_without_candidates() -> None:
    tree = parse_conflict("No candidates were found for numpy >=99.")
    assert (tree.kind, tree.package, tree.spec) == ("unavailable", "numpy", ">=99")


def test_an_unknown_shape_is_one_node_with_its_text() -> None:
    assert parse_conflict("the moon is full") == ConflictNode(
        "the moon is full", None, None, "other"
    )


def test_a_long_list_is_shortened_and_says_so() -> None:
    branches = "".join(f"├─ numpy 1.{n} would require\n" for n in range(30))
    tree = shortened(parse_conflict(f"{ONE_LINE.splitlines()[0]}\n{branches}"), siblings=5)
    assert [child.text for child in tree.children][-1] == "... and 25 more"
    assert len(tree.children) == 6


@given(accounts)
def test_no_text_makes_it_fail_and_the_tree_survives_json(text: str) -> None:
    tree = parse_conflict(text)
    assert msgspec.json.decode(msgspec.json.encode(tree), type=ConflictNode) == tree
    shortened(tree)
    contested_names(tree)


def test_a_very_deep_account_is_flattened() -> None:
    deep = "\n".join("   " * n + "├─ x 1 would require" for n in range(3000))
    assert len(list(walk(parse_conflict(deep)))) == 3000
