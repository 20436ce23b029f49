"""Names and slugs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.errors import NameForbidden
from jupyter_envs.spec import check_name, slug_for

SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("ai-dev-env", "ai-dev-env"),
        ("GPU_2.0", "GPU_2.0"),
        ("my env", "my-env"),
        ("Müller 2", "Muller-2"),
        ("Mu\u0308ller 2", "Muller-2"),
        ("Straße", "Strasse"),
        ("łódź", "lodz"),
        ("c++17", "c-17"),
        ("x²", "x2"),
        ("ﬁt", "fit"),
        ("a  +  b", "a-b"),
        ("3.10", "3.10"),
        ("_private", "_private"),
        ("a" * 100, "a" * 100),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert check_name(name) == slug_for(name) == slug


def test_other_alphabets_get_a_stable_slug_of_their_own() -> None:
    slugs = [check_name(name) for name in ("анализ", "анализ-2", "数据科学", "विज्ञान", "бета gpu")]
    assert all(re.fullmatch(r"env-[0-9a-f]{8}", slug) for slug in slugs)
    assert len(set(slugs)) == len(slugs)
    assert slug_for("анализ") == slugs[0]


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "base", "Base", "ROOT", "básE", "operations", ".jupyter-envs", ".", "..",
        ".hidden", "-rf", "--help", "a/b", "a\\b", "a:b", "a#b", "../../etc", "/home/x/envs/mine",
        "a\nb", "a\0b", "a\u202eb", "a\ud800", "a*b", "a;b", "$(id)", "a" * 101, " a", "a ", "++",
        "😀", "C:\\envs\\",
    ],
)  # fmt: skip
def test_forbidden_names_get_a_reason_and_a_name_that_would_do(name: str) -> None:
    with pytest.raises(NameForbidden) as caught:
        check_name(name)
    error = caught.value
    assert error.params["reason"]
    suggestion = error.params["suggestion"]
    assert check_name(suggestion) == suggestion
    assert error.message.isprintable()


def test_a_path_suggests_its_last_part() -> None:
    with pytest.raises(NameForbidden) as caught:
        check_name("/home/x/envs/mine")
    assert caught.value.params["suggestion"] == "mine"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=150))
def test_any_text_has_a_safe_slug_that_stays_its_own(name: str) -> None:
    slug = slug_for(name)
    assert SLUG.fullmatch(slug)
    assert slug_for(slug) == slug


@settings(deadline=None)
@given(st.text(max_size=150))
def test_what_is_checked_is_the_slug_or_a_refusal_with_a_good_name(name: str) -> None:
    try:
        slug = check_name(name)
    except NameForbidden as error:
        slug = check_name(error.params["suggestion"])
    assert SLUG.fullmatch(slug)
    assert slug.casefold() not in {"base", "root", "operations", ".jupyter-envs"}
