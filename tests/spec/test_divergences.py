"""Each difference between tools has a file of our own, and an answer."""

from __future__ import annotations

import pytest
from rattler import MatchSpec

from jupyter_envs.spec import parse_spec

from .divergences import DIVERGENCES, SPECS, Divergence


@pytest.mark.parametrize("case", DIVERGENCES, ids=lambda case: case.what)
def test_what_we_say(case: Divergence) -> None:
    parsed = parse_spec(case.text.encode("utf-8"))
    assert tuple(d.code for d in parsed.diagnostics) == case.codes, case.why
    assert (parsed.spec is None) == any(d.severity == "error" for d in parsed.diagnostics)
    assert case.why


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16_is_read_with_a_warning_although_most_refuse_it(encoding: str) -> None:
    parsed = parse_spec("name: a\ndependencies: [numpy]\n".encode(encoding))
    assert [d.code for d in parsed.diagnostics] == ["encoding_utf16"]
    assert parsed.spec is not None


def test_what_is_lost_in_silence_elsewhere_is_never_lost_here() -> None:
    """Without an error, every package of the file is in the Spec."""
    for case in SPECS:
        spec = parse_spec(case.text.encode()).spec
        assert spec is None or len(spec.dependencies) == 2, case.what


def test_what_we_take_without_a_word_rattler_takes() -> None:
    for case in SPECS:
        parsed = parse_spec(case.text.encode())
        if parsed.spec is not None and not parsed.diagnostics:
            MatchSpec(parsed.spec.dependencies[0], strict=False)
