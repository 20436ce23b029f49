"""Every error says what to do next, in words that fit where they are read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from jupyter_envs import errors
from jupyter_envs.errors import EnvsError

#: Groups, whose sentence is a reason that was written for the case, and those after which
#: nothing is left to do.
WITHOUT = {"internal_error", "invalid_input", "conflict", "forbidden", "not_found", "unavailable"}
DONE = {"cancelled"}


def every(kind: type[EnvsError]) -> Iterator[type[EnvsError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every(below)


KINDS = sorted(set(every(EnvsError)), key=lambda kind: kind.code)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_it_says_what_to_do_next(kind: type[EnvsError]) -> None:
    assert getattr(errors, kind.__name__) is kind
    if kind.code in WITHOUT:
        assert kind.sentence.endswith("{reason}") or kind.code == "not_found"
    elif kind.code not in DONE:
        assert kind.advice, "an error without a next step leaves a person alone"
    for text in (kind.sentence, kind.advice or ""):
        # Read aloud, the names of parameters are no words; a command has its program's name.
        assert "\n" not in text
        assert "!" not in re.sub(r"\{\w+!r\}", "", text)
