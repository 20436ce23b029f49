"""No bytes make the parser fail, and its ranges lie inside the file."""

from __future__ import annotations

import codecs

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.errors import MatchSpecInvalid
from jupyter_envs.spec import (
    Dependency,
    ParsedSpec,
    classify_pip_line,
    parse_spec,
    split_dependency,
)
from jupyter_envs.spec.catalogue import CATALOGUE
from jupyter_envs.spec.lines import Lines
from jupyter_envs.spec.match_specs import _PLAIN, _split

from .corpus import files
from .samples import SAMPLES, TEAM_FILE

_SMALL = [data for data in files().values() if len(data) < 1500]
SEEDS = [TEAM_FILE, *(s.text.encode() for s in SAMPLES if len(s.text) < 1500), *_SMALL]

_PIECES = (
    "- ", "  ", "\t", "\n", "\r\n", ":", "pip:", "- pip:\n", "[", "]", "{", "}", "{{ x }}", "#",
    "&a ", "*a", "!!str ", "!!int ", "<<: ", "---\n", "...\n", "|\n", ">\n", "'", '"', "\\",
    "%YAML 1.1\n", "null", "~", "3.10", "::", "=", ">=", "=>", "dependencies:\n", "channels:\n",
    "variables:\n", "name: ", "numpy", "-e .", "git+https://x@y/", "\u2028", "\x85", "\ufeff",
    "\x00", "é", "😀",
)  # fmt: skip


def _check(data: bytes) -> ParsedSpec:
    parsed = parse_spec(data)
    errors = [d for d in parsed.diagnostics if d.severity == "error"]
    assert (parsed.spec is None) == bool(errors)
    lines = Lines(_decoded(data))
    for found in parsed.diagnostics:
        assert found.severity == CATALOGUE[found.code][0]
        assert (found.start.line, found.start.column) <= (found.end.line, found.end.column)
        for place in (found.start, found.end):
            assert place.line >= 1
            assert 1 <= place.column <= len(lines.line(place.line)) + 1
    return parsed


def _decoded(data: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    for encoding in ("utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="replace")
        if data[:100].count(0) > 0.4 * len(data[:100]) and text.isascii():
            return text
    return data.decode("utf-8", errors="replace")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    _check(data)


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_any_pieces_of_yaml(text: str) -> None:
    _check(text.encode())


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_any_item(text: str) -> None:
    flat = text.replace("\n", " ").replace("\r", " ")
    _check(f"dependencies:\n  - {flat}\n  - pip:\n    - {flat}\nvariables:\n  A: {flat}\n".encode())


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        new = draw(st.one_of(st.sampled_from(_PIECES).map(str.encode), st.binary(max_size=3)))
        data = data[:start] + new + data[end:]
    return data


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_real_files_with_mistakes(data: bytes) -> None:
    _check(data)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SEEDS), st.sampled_from(["utf-16-le", "utf-16-be"]), st.integers(0, 3))
def test_other_encodings_cut_off(data: bytes, encoding: str, cut: int) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    encoded = mark + text.encode(encoding)
    _check(encoded[: len(encoded) - cut])


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_dependency_and_pip_line(text: str) -> None:
    line = classify_pip_line(text)
    assert line.kind == "invalid" or line.text.isprintable()
    found = _read_dependency(text)
    if isinstance(found, str):
        assert CATALOGUE[found][0] == "error"
    else:
        assert found.text.isprintable()
        assert not found.text.startswith("-")


def _read_dependency(text: str) -> Dependency | str:
    """The dependency, or the code of what is wrong with it."""
    try:
        return split_dependency(text)
    except MatchSpecInvalid as error:
        return str(error.params["problem"])


_NAMES = st.sampled_from(["numpy", "ca-certificates", "_libgcc_mutex", "ruamel.yaml"])
_VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}((a|b|rc)[0-9])?(\.\*)?", fullmatch=True)
_CONDITIONS = st.lists(
    st.tuples(st.sampled_from(["", "=", "==", ">=", "<=", ">", "<", "!="]), _VERSIONS).map("".join),
    min_size=1, max_size=3,
).map(",".join)  # fmt: skip
_BUILDS = st.one_of(st.none(), st.sampled_from(["py_0", "h123_0", "*_cpython", "cuda*", "0"]))


@settings(deadline=None)
@given(_NAMES, _CONDITIONS, _BUILDS, st.sampled_from([None, "c", "c/linux-64"]))
def test_a_dependency_is_taken_apart_as_it_was_made(
    name: str, condition: str, build: str | None, channel: str | None
) -> None:
    text = f"{channel}::" if channel else ""
    text += f"{name} {condition}" + (f" {build}" if build else "")
    found = split_dependency(text)
    assert (found.name, found.version, found.build) == (name, condition, build)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.from_regex(_PLAIN, fullmatch=True),
        st.lists(st.sampled_from([*"ab1._-=<>!~ ", "py_0", "1.2", "=="]), max_size=8).map("".join),
    )
)
def test_the_short_way_reads_plain_lines_as_the_whole_grammar_does(text: str) -> None:
    spec = text.strip(" ")
    plain = _PLAIN.fullmatch(spec)
    if plain:
        assert split_dependency(spec) == _split(spec)
