"""Real files: ours against what conda and rattler say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rattler import MatchSpec

from jupyter_envs.errors import MatchSpecInvalid
from jupyter_envs.spec import parse_spec, split_dependency
from jupyter_envs.spec.document import read_document
from jupyter_envs.spec.tree import Mapping, Scalar, Sequence

from .corpus import conda_answers, files, needs_corpus

pytestmark = needs_corpus

# Dependencies that rattler refuses and we take: the extra is dropped, as conda does.
EXTRAS = {"tiled[all]"}


# Where conda and we say different things of a real file, each with the reason.
GOLDEN = Path(__file__).with_name("corpus_divergences.json")

# What conda's warning of a key stands for.
_KEYS = frozenset(("unknown_key", "unknown_key_similar", "category_ignored", "key_misspelt"))


def divergences() -> dict[str, dict[str, Any]]:
    """For each file on which conda and we differ: in what, and our codes that matter there."""
    found = {name: _divergence(data, conda_answers()[name]) for name, data in files().items()}
    return {name: differs for name, differs in found.items() if differs}


def _divergence(data: bytes, answer: dict[str, Any]) -> dict[str, Any]:
    parsed = parse_spec(data)
    codes = {d.code for d in parsed.diagnostics}
    errors = sorted({d.code for d in parsed.diagnostics if d.severity == "error"})
    differs = [
        reader
        for reader in ("conda_legacy", "conda_cep24")
        if (answer[reader] == "accept") != (not errors)
    ]
    if answer["conda_legacy"] == "accept" and not errors:
        if answer["unknown_key_warning"] != bool(codes & _KEYS):
            differs.append("unknown_key_warning")
        if answer["pip_added"] != ("pip_missing" in codes):
            differs.append("pip_added")
    return {"differs": differs, "errors": errors} if differs else {}


def test_every_divergence_from_conda_has_its_reason() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert all(entry["reason"] for entry in golden.values())
    known = {name: {k: e[k] for k in ("differs", "errors")} for name, e in golden.items()}
    assert divergences() == known


def test_what_conda_takes_we_take_unless_a_meaning_is_lost() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    losing = {name for name, entry in golden.items() if "conda_legacy" in entry["differs"]}
    refused = {name for name, data in files().items() if parse_spec(data).spec is None}
    taken = {n for n, answer in conda_answers().items() if answer["conda_legacy"] == "accept"}
    assert refused & taken == losing
    assert len(losing) == 3


def test_all_of_them_are_read_in_one_process_with_places_and_fixes() -> None:
    assert len(files()) == len(conda_answers()) > 150
    for name, data in files().items():
        for found in parse_spec(data, file=name).diagnostics:
            assert found.start <= found.end, name


def test_we_find_as_many_packages_as_conda() -> None:
    answers = conda_answers()
    for name, data in files().items():
        parsed, answer = parse_spec(data), answers[name]
        if parsed.spec is None or answer["conda_legacy"] != "accept":
            continue
        assert len(parsed.spec.pip) == answer["pip_items"], name
        # conda counts equal lines once; lines that differ in case only are equal to it.
        ours = {text.lower() for text in parsed.spec.dependencies}
        assert len(ours) == answer["conda_specs"], name


def test_what_conda_refuses_we_refuse() -> None:
    for name, answer in conda_answers().items():
        if answer["conda_legacy"] != "accept":
            assert parse_spec(files()[name]).spec is None, name


def test_dependencies_agree_with_rattler() -> None:
    texts = {text for data in files().values() for text in _dependency_texts(data)}
    assert len(texts) > 3000
    differ = {text for text in texts if _ours(text) != _rattlers(text)}
    assert differ == EXTRAS


def test_names_and_channels_agree_with_rattler() -> None:
    for text in {text for data in files().values() for text in _dependency_texts(data)} - EXTRAS:
        if not _rattlers(text):
            continue
        ours, theirs = split_dependency(text), MatchSpec(text, strict=False)
        assert ours.name == theirs.name.normalized, text
        assert (ours.version is None) == (theirs.version is None), text
        assert (ours.build is None) == (theirs.build is None), text


def _dependency_texts(data: bytes) -> list[str]:
    document, _ = read_document(data)
    assert document is not None
    assert isinstance(document.root, Mapping)
    lists = [
        v for k, v in document.root.pairs if isinstance(k, Scalar) and k.text == "dependencies"
    ]
    items = [item for node in lists if isinstance(node, Sequence) for item in node.items]
    return [item.text for item in items if isinstance(item, Scalar)]


def _ours(text: str) -> bool:
    try:
        split_dependency(text)
    except MatchSpecInvalid:
        return False
    return True


def _rattlers(text: str) -> bool:
    try:
        MatchSpec(text, strict=False)
    except Exception:  # noqa: BLE001 - py-rattler's exceptions have no common base but this
        return False
    return True
