"""What a person types or hands over is wrong: one sentence, a next step, and nothing made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusals import call, everything, refuse, seen
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox

#: Doubles nine times: 9**9 dependencies, were it expanded.
_BOMB = "\n".join(
    [
        "a0: &a0 [x, x, x, x, x, x, x, x, x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)),
        "dependencies: *a8",
    ]
)


@pytest.fixture(scope="module")
def person(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Sandbox]:
    """Someone with the environment ``demo``, a folder and an environment of another tool."""
    sandbox = Sandbox(tmp_path_factory.mktemp("input"), cache=shared_cache, channels=(channel.url,))
    sandbox.create("text-prefix")
    (sandbox.envs / "theirs" / "conda-meta").mkdir(parents=True)
    (sandbox.envs / "theirs" / "conda-meta" / "history").write_text("==> 2026-01-01 <==\n")
    (sandbox.envs / "folder").mkdir()
    yield sandbox
    sandbox.close()


@pytest.fixture(autouse=True)
def unchanged(person: Sandbox) -> Iterator[None]:
    """Whatever fails here leaves everything as it was."""
    before = everything(person)
    yield
    assert everything(person) == before


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x", "begins with '.'"),
        ("-n", "begins with '-'"),
        ("base", "is reserved"),
        ("operations", "is reserved"),
        ("", "it is empty"),
        ("x" * 300, "longer than 100"),
        ("a\x07b", "U+0007"),
        ("a\nb", "U+000A"),
    ],
)
def test_a_forbidden_name(person: Sandbox, name: str, reason: str) -> None:
    refusal = refuse(person, "create", person.spec("text-prefix", name="fine"), "--name", name)

    assert refusal.code == "name_forbidden"
    assert reason in refusal.message
    suggested = re.findall(r"'([^']+)'\.$", refusal.hint or "")
    assert suggested, refusal.hint
    assert re.fullmatch(r"[A-Za-z0-9_][\w.-]{0,99}", suggested[0])


@pytest.mark.parametrize("name", ["demo", "DEMO", "theirs", "folder"])
def test_a_name_that_is_taken(person: Sandbox, name: str) -> None:
    refusal = refuse(person, "create", person.spec("text-prefix", name=name))

    assert refusal.code == "name_taken"
    assert f"'{name.lower()}'" in refusal.message
    assert "--name" in (refusal.hint or "")
    # To update what is not ours would be refused as well: that is no advice.
    assert ("jupyter envs update" in (refusal.hint or "")) == (name.lower() == "demo")


def test_a_file_without_a_name(person: Sandbox) -> None:
    file = person.write("nameless.yml", "dependencies: [text-prefix]\n")

    refusal = refuse(person, "create", file)

    assert refusal.code == "name_missing"
    assert "nameless.yml" in refusal.message
    assert "--name" in (refusal.hint or "")


OR_A_STACK = "Check the path; 'jupyter envs stacks' lists what can be made without a file."


@pytest.mark.parametrize(
    ("verb", "file", "hint"),
    [
        (("create",), "absent.yml", OR_A_STACK),
        (("create",), ".", OR_A_STACK),
        (("update", "demo"), "absent.yml", "Check the path."),
    ],
)
def test_a_file_that_is_not_there(
    person: Sandbox, verb: tuple[str, ...], file: str, hint: str
) -> None:
    refusal = refuse(person, *verb, person.folder / file)

    assert refusal.code == "source_not_found"
    assert str(person.folder / file) in refusal.message
    assert refusal.hint == hint


_FILES: dict[str, tuple[str | bytes, int]] = {
    "binary": (bytes(range(256)), 3),
    "empty": ("", 1),
    "a bomb": (_BOMB, 9),
    "a misspelt key": ("name: new\ndependancies:\n- numpy\n", 2),
    "no version": ("name: new\ndependencies:\n- python\n- 'numpy >=1,,<2'\n", 4),
    "no match spec": ("name: new\ndependencies:\n- numpy[version\n", 3),
    "no channel": ("name: new\nchannels: ['a b']\ndependencies:\n- numpy\n", 2),
    "too large": ("# " + "x" * 1_000_000, 1),
}


@pytest.mark.parametrize("kind", _FILES)
def test_a_spec_with_a_fault_is_shown_where_it_is(person: Sandbox, kind: str) -> None:
    content, line = _FILES[kind]
    file = person.folder / "faulty.yml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    refusal = refuse(person, "create", file, "--name", "new")

    assert refusal.code == "spec_invalid"
    assert f"faulty.yml cannot be used: line {line}: " in refusal.message
    errors = [found for found in refusal.details if found["severity"] == "error"]
    assert errors[0]["start"]["line"] == line
    assert refusal.hint
    assert file.read_bytes() == (content if isinstance(content, bytes) else content.encode())


def _without_hashes(text: str) -> str:
    return re.sub(r"  hash:\n(    .*\n)+", "", text)


def _for_another_platform(text: str) -> str:
    return re.sub(r"\b(linux|osx)-(64|aarch64|arm64)\b", "win-64", text)


@pytest.mark.parametrize(
    ("change", "code", "mentions"),
    [
        (lambda text: "version: 1\npackage: none\n", "lock_invalid", "'package' is not a list"),
        (lambda text: text.partition("package:")[0], "lock_invalid", "it has no 'package'"),
        (_without_hashes, "lock_invalid", "it has no hash"),
        (_for_another_platform, "platform_not_locked", "it has: win-64"),
    ],
    ids=["garbage", "cut off", "without hashes", "for another platform"],
)
def test_a_lock_that_cannot_be_used(person: Sandbox, change: Any, code: str, mentions: str) -> None:
    lock = person.envs / "demo" / "conda-meta" / "jupyter-envs" / "conda-lock.yml"
    file = person.write("changed-lock.yml", change(lock.read_text()))

    refusal = refuse(person, "create", file, "--name", "new")

    assert refusal.code == code
    assert "changed-lock.yml" in refusal.message
    assert mentions in refusal.message
    assert refusal.hint


def test_a_lock_needs_a_name(person: Sandbox) -> None:
    lock = person.envs / "demo" / "conda-meta" / "jupyter-envs" / "conda-lock.yml"

    refusal = refuse(person, "create", lock)

    assert refusal.code == "name_missing"
    assert refusal.hint == "Give the name with --name."


_VERBS = [
    ("update", "{}"),
    ("rollback", "{}"),
    ("remove", "{}"),
    ("clone", "{}", "copy"),
    ("export", "{}"),
]


@pytest.mark.parametrize("verb", [*_VERBS, ("show", "{}")], ids=lambda verb: verb[0])
def test_an_environment_that_is_not_there(person: Sandbox, verb: tuple[str, ...]) -> None:
    refusal = refuse(person, *(part.format("absent") for part in verb))

    assert refusal.code == "environment_not_found"
    assert "'absent'" in refusal.message
    assert "jupyter envs list" in (refusal.hint or "")


@pytest.mark.parametrize("verb", _VERBS, ids=lambda verb: verb[0])
def test_an_environment_of_another_tool(person: Sandbox, verb: tuple[str, ...]) -> None:
    refusal = refuse(person, *(part.format("theirs") for part in verb))

    assert refusal.code == "environment_unmanaged"
    assert "'theirs'" in refusal.message
    assert refusal.hint


@pytest.mark.parametrize("name", ["absent", "theirs"])
def test_run_and_activate_say_it_in_words(person: Sandbox, name: str) -> None:
    assert f"'{name}'" in seen(person, "run", name, "--", "true").splitlines()[0]
    assert f"'{name}'" in seen(person, "activate", name).splitlines()[0]


@pytest.mark.parametrize("to", [(), ("--to", "9")])
def test_a_generation_that_is_not_there(person: Sandbox, to: tuple[str, ...]) -> None:
    refusal = refuse(person, "rollback", "demo", *to)

    assert refusal.code == "generation_not_found"
    assert "'demo'" in refusal.message
    assert refusal.message.endswith("it has: 1")


@pytest.mark.parametrize(
    "arguments",
    [
        ("create",),
        ("create", "demo.yml", "--solve-timeout", "0"),
        ("create", "demo.yml", "--cuda", "latest"),
        ("create", "demo.yml", "--no-such-option"),
        ("rollback", "demo", "--to", "-1"),
        ("--envs-dir", "demo.yml", "list"),
        ("destroy", "demo"),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_wrong_usage_ends_with_2(person: Sandbox, arguments: tuple[str, ...]) -> None:
    done = call(person, *arguments)

    assert done.returncode == 2
    assert "Usage: jupyter envs" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_person_reads_sentence_place_and_hint(person: Sandbox) -> None:
    file = person.write("faulty.yml", "name: new\ndependencies:\n- python\n- 'numpy >=1,,<2'\n")

    text = seen(person, "create", file)

    sentence, *places, hint = text.splitlines()[-3:]
    assert sentence == f"error {file} cannot be used: line 4: >=1,,<2 is not a version"
    assert [place.split()[0] for place in places] == ["4:3"]
    assert hint == "hint Write it like '=1.26', '>=1.26,<2' or '=1.26.4'."
