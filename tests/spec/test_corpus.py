"""Real files: ours against what conda and rattler say."""

from __future__ import annotations

from rattler import MatchSpec

from jupyter_envs.errors import MatchSpecInvalid
from jupyter_envs.spec import parse_spec, split_dependency
from jupyter_envs.spec.document import read_document
from jupyter_envs.spec.tree import Mapping, Scalar, Sequence

from .corpus import conda_answers, files, needs_corpus

pytestmark = needs_corpus

# Files that conda's legacy reader takes and we refuse, each with our first error.
STRICTER = {
    "184__Seet-git__FT6758-NHL_A11.yml": "dependency_empty",  # conda's newer reader refuses it
    "220__basnijholt__unidep.yaml": "subsection_unknown",  # conda drops its only dependency
    "221__basnijholt__unidep.yaml": "subsection_unknown",  # the same
}

# Dependencies that rattler refuses and we take: the extra is dropped, as conda does.
EXTRAS = {"tiled[all]"}


def test_what_conda_takes_we_take() -> None:
    refused = {}
    for name, data in files().items():
        parsed = parse_spec(data, file=name)
        errors = [d.code for d in parsed.diagnostics if d.severity == "error"]
        if errors and conda_answers()[name]["conda_legacy"] == "accept":
            refused[name] = errors[0]
    assert refused == STRICTER


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
