"""Whatever the bytes, the answer is a lock or a refusal."""

from __future__ import annotations

import random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.errors import LockInvalid
from jupyter_envs.lock import Lock, document, emit_lock, parse_lock

from .sample import demo

_WHOLE = emit_lock(demo())
_PIECES = [
    b"",
    b"\x00",
    b"\xff",
    b"\n",
    b"  ",
    b"- ",
    b": ",
    b"'",
    b"{",
    b"[",
    b"&a ",
    b"*a",
    b"!t ",
]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(LockInvalid):
        parse_lock(data, file="x")


@settings(deadline=None)
@given(st.integers())
def test_a_damaged_lock_is_refused_or_still_one_that_can_be_written(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(_WHOLE)
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data))
        data[start : start + chance.choice([0, 1, 5, 100])] = chance.choice(_PIECES)
    outcome = _outcome(bytes(data))
    if isinstance(outcome, LockInvalid):
        assert outcome.message.isprintable()
    else:
        assert parse_lock(emit_lock(outcome), file="x").packages == outcome.packages


def _outcome(data: bytes) -> Lock | LockInvalid:
    try:
        return parse_lock(data, file="x")
    except LockInvalid as error:
        return error


def test_without_libyaml_the_answers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_LOADER", yaml.BaseLoader)
    assert emit_lock(parse_lock(_WHOLE, file="x")) == _WHOLE
    for broken, line in ((b"a: [", 1), (b"a: b\n\tc: d", 2)):
        with pytest.raises(LockInvalid, match="not YAML") as caught:
            parse_lock(broken, file="x")
        assert caught.value.params["line"] >= line
