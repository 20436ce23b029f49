"""Texts that came with a name or a package, on their way to a terminal."""

from __future__ import annotations

import io
import json
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from jupyter_envs.cli.controls import plain, plain_json
from jupyter_envs.cli.plain import PlainConsole

#: What rich itself writes on a terminal: colours, and nothing else.
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")

_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

anything = st.text(st.characters(), max_size=40)


@given(anything)
def test_nothing_that_is_obeyed_is_left(text: str) -> None:
    assert not _OBEYED.search(plain(text))
    plain(text).encode()
    assert plain(plain(text)) == plain(text)


def test_letters_of_all_alphabets_and_emoji_stay() -> None:
    text = "na\u00efve \u74b0\u5883 \u0639\u0631\u0628\u064a \U0001f40d\n\ta"

    assert plain(text) == text


@given(st.dictionaries(anything, anything, max_size=3))
def test_json_stays_the_same_document(value: dict[str, str]) -> None:
    printed = plain_json(json.dumps(value, ensure_ascii=False))

    assert json.loads(printed) == value
    assert not _OBEYED.search(printed)


@given(anything)
def test_a_console_has_its_own_colours_only(text: str) -> None:
    console = PlainConsole(file=io.StringIO(), force_terminal=True, width=200)
    table = Table("Name")
    table.add_row(text.replace("[", "("))

    console.print(text, style="bold", markup=False)
    console.print(table, f"[red]{text.replace('[', '(')}[/]")

    assert isinstance(console.file, io.StringIO)
    assert not _OBEYED.search(_COLOURS.sub("", console.file.getvalue()))
