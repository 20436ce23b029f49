"""Every code of the catalogue: that it is found, where, and how severe it is."""

from __future__ import annotations

import string

import pytest

from jupyter_envs.spec import parse_spec
from jupyter_envs.spec.catalogue import CATALOGUE
from jupyter_envs.spec.lines import Lines

from .samples import NOT_TEXT, SAMPLES, Sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.code)
def test_sample_gives_its_diagnostic_at_its_place(sample: Sample) -> None:
    parsed = parse_spec(sample.text.encode())
    found = [d for d in parsed.diagnostics if d.code == sample.code]
    assert found, [d.code for d in parsed.diagnostics]
    lines = Lines(sample.text)
    spans = [
        sample.text[
            lines.start_of(d.start.line) + d.start.column - 1 : lines.start_of(d.end.line)
            + d.end.column
            - 1
        ]
        for d in found
    ]
    assert sample.covers in spans
    assert (parsed.spec is None) == any(d.severity == "error" for d in parsed.diagnostics)


def test_every_code_has_a_sample() -> None:
    assert {sample.code for sample in SAMPLES} | NOT_TEXT == set(CATALOGUE)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.code)
def test_one_mistake_is_reported_once(sample: Sample) -> None:
    """An error is not followed by others that are only its consequence."""
    errors = [d for d in parse_spec(sample.text.encode()).diagnostics if d.severity == "error"]
    assert len(errors) <= 1, errors


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.code)
def test_clients_can_write_the_message_themselves(sample: Sample) -> None:
    for diagnostic in parse_spec(sample.text.encode()).diagnostics:
        template = CATALOGUE[diagnostic.code][1]
        fields = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        assert fields <= set(diagnostic.params)
        assert diagnostic.message == template.format_map(diagnostic.params)


def test_diagnostics_are_in_the_order_of_the_file() -> None:
    text = b"platforms: [noarch]\ndependencies:\n  - a=>1\nchannels: x\n"
    lines = [d.start.line for d in parse_spec(text).diagnostics]
    assert lines == [1, 3, 4]


def test_thousands_of_mistakes_are_not_all_told() -> None:
    text = b"dependencies:\n" + b"- dask[all]\n" * 3000 + b"- a=>1\n"
    parsed = parse_spec(text)
    assert len(parsed.diagnostics) <= 1001
    assert parsed.spec is None
    assert parsed.diagnostics[-1].code == "match_spec_reversed"


def test_credentials_are_in_no_diagnostic() -> None:
    text = (
        b"channels:\n- https://user:hunter2@example.org/c\n- https://example.org/t/hunter2/c\n"
        b"dependencies:\n- https://user:hunter2@example.org/c::a[x=hunter]\n- pip:\n"
        b"  - git+https://hunter2@example.org/x.git\n"
        b"  - --index-url https://u:hunter2@example.org/simple\n"
    )
    parsed = parse_spec(text)
    assert len(parsed.diagnostics) >= 5
    assert "hunter2" not in repr(parsed.diagnostics)
