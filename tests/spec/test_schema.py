"""The JSON Schema for editors: the shipped file, and what it lets through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_envs.spec import parse_spec, schema_file
from jupyter_envs.spec.catalogue import CATALOGUE
from jupyter_envs.spec.document import read_document
from jupyter_envs.spec.schema import environment_schema, schema_text
from jupyter_envs.spec.tree import Mapping, Node, Scalar, Sequence

from .corpus import files, needs_corpus
from .divergences import DIVERGENCES, Divergence
from .pages import examples
from .samples import SAMPLES, Sample

jsonschema = pytest.importorskip("jsonschema")

#: Errors that only show in the text, or when parts of a file are seen together.
UNSEEN = frozenset((
    "dependency_spans_lines",
    "dependency_too_long", "duplicate_key", "match_spec_brackets", "match_spec_brackets_open",
    "match_spec_build", "match_spec_channel", "match_spec_character", "match_spec_command",
    "match_spec_name", "match_spec_several", "match_spec_two_conditions", "match_spec_url",
    "pip_indentation", "pip_line_invalid", "pip_twice",
    "variable_nul",
))  # fmt: skip


def plain(node: Node) -> Any:
    """A tree as an editor's YAML 1.2 reader hands it to the schema."""
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {plain(k) if isinstance(k, Scalar) else "?": plain(v) for k, v in node.pairs}
    if node.is_null:
        return None
    return 1.5 if node.is_number else node.text


def accepts(data: bytes) -> bool:
    document, _ = read_document(data)
    assert document is not None
    return bool(jsonschema.Draft7Validator(environment_schema()).is_valid(plain(document.root)))


def test_the_file_that_is_shipped_is_the_schema() -> None:
    shipped = schema_file().read_text("utf-8")
    assert shipped == schema_text(), "python -m jupyter_envs.spec prints it"
    jsonschema.Draft7Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("case", [c for c in DIVERGENCES if not c.codes], ids=lambda c: c.what)
def test_what_has_no_finding_is_accepted(case: Divergence) -> None:
    assert accepts(case.text.encode())


@pytest.mark.parametrize("code", sorted({s.code for s in SAMPLES}))
def test_right_examples_without_a_finding_are_accepted(code: str) -> None:
    files_ = examples(code)
    if files_ is not None and not parse_spec(files_[1].encode()).diagnostics:
        assert accepts(files_[1].encode())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.code)
def test_errors_that_a_schema_can_see_are_refused(sample: Sample) -> None:
    data = sample.text.encode()
    found = {d.code for d in parse_spec(data).diagnostics if d.severity == "error"}
    if sample.code not in found or read_document(data)[0] is None:
        return
    assert not accepts(data) or sample.code in UNSEEN


def test_what_it_cannot_see_is_no_longer_than_needed() -> None:
    readable = [s for s in SAMPLES if read_document(s.text.encode())[0] is not None]
    errors = {c for c, (severity, _) in CATALOGUE.items() if severity == "error"}
    assert {s.code for s in readable if accepts(s.text.encode())} & errors == UNSEEN


@needs_corpus
def test_real_files_are_accepted() -> None:
    refused = 0
    for name, data in files().items():
        parsed = parse_spec(data)
        codes = {d.code for d in parsed.diagnostics}
        if parsed.spec is None or codes & {"unknown_key", "unknown_key_similar", "selector_item"}:
            continue
        refused += not accepts(data)
        assert accepts(data) or codes, name
    assert refused <= 3
