"""Encodings, positions and limits."""

from __future__ import annotations

import codecs
import time

import pytest

from jupyter_envs.spec import Position, parse_spec
from jupyter_envs.spec.document import read_document
from jupyter_envs.spec.tree import Mapping

TEXT = "name: früh\ndependencies:\n  - numpy\n  - a=>1\n"


def _codes(data: bytes) -> list[str]:
    return [d.code for d in parse_spec(data).diagnostics]


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (TEXT.encode(), False),
        (codecs.BOM_UTF8 + TEXT.encode(), False),
        (TEXT.replace("\n", "\r\n").encode(), False),
        (TEXT.replace("\n", "\r").encode(), False),
        (codecs.BOM_UTF16_LE + TEXT.replace("\n", "\r\n").encode("utf-16-le"), True),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), True),
        (TEXT.encode("utf-16-le"), True),
        (TEXT.encode("utf-16-be"), True),
    ],
    ids=["utf-8", "bom", "crlf", "cr", "powershell", "utf-16-be", "no bom le", "no bom be"],
)
def test_encodings_give_the_same_places(data: bytes, warning: bool) -> None:
    *before, error = parse_spec(data).diagnostics
    assert (error.start, error.end) == (Position(4, 5), Position(4, 9))
    assert [d.code for d in before] == ["encoding_utf16"] * warning


def test_columns_count_characters() -> None:
    (found,) = parse_spec("dependencies: ['äöü😀', numpy]\n".encode()).diagnostics
    assert (found.start.column, found.end.column) == (16, 22)


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\ufeff"])
def test_breaks_that_editors_do_not_show_are_refused(character: str) -> None:
    (found,) = parse_spec(f"# a{character}b\ndependencies: [x]\n".encode()).diagnostics
    assert (found.code, found.start) == ("control_character", Position(1, 4))


def test_latin_1_is_told_with_its_place() -> None:
    (found,) = parse_spec("name: x\n# für\ndependencies: []\n".encode("latin-1")).diagnostics
    assert found.code == "encoding_unknown"
    assert found.start == Position(2, 4)
    assert found.params["byte"] == "0xfc"


@pytest.mark.parametrize("data", [b"\xed\xa0\x80", b"\xff\xfe\x00\xd8", b"\xff\xfea"])
def test_lone_surrogates_and_halves_are_no_text(data: bytes) -> None:
    assert _codes(data) == ["encoding_unknown"]


def test_an_escaped_lone_surrogate_is_refused() -> None:
    assert parse_spec(b'name: "\\ud800"\ndependencies: ["\\udfff"]\n').spec is None


def test_nul_is_refused() -> None:
    assert _codes(b"name: a\0b\n") == ["control_character"]


def test_two_megabytes_are_not_read() -> None:
    started = time.perf_counter()
    (found,) = parse_spec(b"- a\n" * 500_000).diagnostics
    assert found.code == "file_too_large"
    assert found.params == {"size": "2000000", "limit": "1000000"}
    assert time.perf_counter() - started < 0.5


BOMB = "\n".join(["a0: &a0 [x, x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 45))])


@pytest.mark.parametrize(
    "text",
    [
        BOMB + "\ndependencies: *a44\n",
        BOMB + "\nchannels: *a44\nplatforms: *a44\nvariables: *a44\ndependencies:\n- pip: *a44\n",
        "dependencies: " + "[" * 400_000,
        "- " * 400_000,
        "{a: " * 200_000,
        "? " * 400_000,
        "dependencies:\n" + "- a:\n" * 9_000,
        "".join(f"dependencie{i}: x\n" for i in range(9_000)),
        "dependencies:\n- pip:\n" + "  - 'a; ((((((((((a'\n" * 9_000,
        "dependencies:\n- pip:\n  - 'a; " + "(" * 500_000 + "'\n",
        "dependencies:\n- pip:\n  - a==" + "9" * 500_000 + "\n",
        "dependencies:\n- pip:\n  - a==" + "9" * 3_900 + "\n",
        "dependencies:\n- a=" + "1." * 400_000 + "\n",
        "dependencies:\n- '" + "[" * 900_000 + "'\n",
        "name: '" + "é" * 400_000 + "'\ndependencies: [a]\n",
        "name: " + "{{" * 400_000,
        "\n" * 900_000 + "\t",
        "a\n" * 450_000 + "b: c: d",
        "!!" * 100_000,
        "&a " * 300_000,
        "channels:\n" + "- c\n" * 15_000,
    ],
    ids=range(21),
)
def test_hostile_texts_end_soon(text: str) -> None:
    started = time.perf_counter()
    parsed = parse_spec(text.encode())
    assert parsed.diagnostics
    assert time.perf_counter() - started < 5


def test_a_document_knows_what_an_editor_needs() -> None:
    document, _ = read_document(codecs.BOM_UTF8 + b"name: x\nchannels:\n  - a\n\n# end\n")
    assert document is not None
    assert (document.bom, document.encoding) == (codecs.BOM_UTF8, "utf-8")
    root = document.root
    assert isinstance(root, Mapping)
    channels = root.pairs[1][1]
    # A block list ends with its last item, not after the comments that follow it.
    assert document.lines.text[channels.start : channels.end] == "- a"
