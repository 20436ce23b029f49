"""A fix takes its finding away, adds no error, and changes nothing else than it says."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from jupyter_envs.spec import Diagnostic, apply_edits, parse_spec
from jupyter_envs.spec.document import read_document
from jupyter_envs.spec.encoding import decode
from jupyter_envs.spec.fixes import TITLES
from jupyter_envs.spec.lines import Lines

from .corpus import files, needs_corpus
from .samples import SAMPLES, Sample
from .test_properties import mutated


def check_fix(data: bytes, found: Diagnostic) -> None:
    """Apply one fix and compare what is found before and after."""
    fix = found.fix
    assert fix is not None
    assert fix.title == TITLES[fix.code].format_map(fix.params)
    if fix.code == "save_as_utf8":
        assert fix.edits == ()
        return
    _check_places(data, found)
    before, after = parse_spec(data), parse_spec(apply_edits(data, fix.edits))
    if read_document(data)[0] is None:  # what is below a mistake in the YAML is not known yet
        assert found.code not in [
            d.code for d in after.diagnostics if d.start.line <= found.start.line
        ]
        return
    assert _errors(after.diagnostics) <= _errors(before.diagnostics)
    left = [d for d in after.diagnostics if d.code == found.code]
    assert len(left) < sum(d.code == found.code for d in before.diagnostics)


def _errors(diagnostics: tuple[Diagnostic, ...]) -> Counter[str]:
    return Counter(d.code for d in diagnostics if d.severity == "error")


def _check_places(data: bytes, found: Diagnostic) -> None:
    assert found.fix is not None
    lines = Lines(decode(data).text)
    done = (1, 1)
    for edit in found.fix.edits:
        start, end = (edit.start.line, edit.start.column), (edit.end.line, edit.end.column)
        assert done <= start <= end
        done = end
        for place in (edit.start, edit.end):
            assert place.column <= len(lines.line(place.line)) + 1
    assert found.fix.edits


def check_all(data: bytes, limit: int | None = None) -> int:
    fixable = [d for d in parse_spec(data).diagnostics if d.fix is not None]
    for found in fixable[:limit]:
        check_fix(data, found)
    return len(fixable)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.code)
def test_fixes_of_samples(sample: Sample) -> None:
    check_all(sample.text.encode())


@needs_corpus
def test_fixes_of_real_files() -> None:
    assert sum(check_all(data, 25) for data in files().values()) > 200


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_fixes_of_real_files_with_mistakes(data: bytes) -> None:
    check_all(data, 15)
