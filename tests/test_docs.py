"""The pages say what the code does: every code, command, option, variable, field and link.

``python -m tests.test_docs`` prints the tables of diagnostics for the reference.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import click
import pytest
import yaml

import jupyter_envs
from jupyter_envs.cli.main import group
from jupyter_envs.cli.watch import _NOTES as NOTES
from jupyter_envs.doctor import FINDINGS
from jupyter_envs.engine.settings import SETTINGS
from jupyter_envs.errors import EnvsError
from jupyter_envs.export import FORMATS
from jupyter_envs.policy import Policy
from jupyter_envs.server import EnvsApp
from jupyter_envs.server.app import SCHEMA
from jupyter_envs.server.messages import SourceBody
from jupyter_envs.server.routes import ROUTES
from jupyter_envs.spec import parse_spec
from jupyter_envs.spec.catalogue import CATALOGUE
from tests.doctor.pages import PAGE as DOCTOR_PAGE
from tests.doctor.pages import page as doctor_page
from tests.spec.pages import PAGE, examples, in_italics
from tests.spec.pages import page as diagnostics_page

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

#: The first cell of a row, one or more words in code; then the rest of the row.
_ROW = re.compile(r"^\| (`[^|]+`) \|(.*)\|$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_CALL = re.compile(r"jupyter[ -]envs((?: +[^\s|;&)(`\"'<>]+)+)")
_VARIABLE = re.compile(r"(?<![A-Z_])JUPYTER_ENVS_[A-Z_]*[A-Z]")


def page(name: str) -> str:
    return (REFERENCE / name).read_text("utf-8")


def rows(text: str) -> dict[str, list[str]]:
    """Every word in code that begins a row of a table, with the other cells of the row."""
    return {
        word: [cell.strip() for cell in re.split(r"(?<!\\)\|", rest)]
        for first, rest in _ROW.findall(text)
        for word in _CODE.findall(first)
    }


def section(text: str, title: str) -> str:
    """What stands below a heading, down to the next heading of any level."""
    for found in _HEADING.finditer(text):
        if found[2] == title:
            following = _HEADING.search(text, found.end())
            return text[found.end() : following.start() if following else None]
    return ""


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    plain = (re.sub(r"[`*]", "", found[2]).lower() for found in _HEADING.finditer(text))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain}


def broken_links(path: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    found = []
    for link in _LINK.findall(_FENCE.sub("", path.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        wrong_anchor = anchor and target.is_file() and anchor not in anchors(target.read_text())
        if not target.exists() or wrong_anchor:
            found.append(link)
    return found


def commands(
    command: click.Command = group, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Every command below the group by its words."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield " ".join((*path, name)), inner
            yield from commands(inner, (*path, name))


def options_of(command: click.Command) -> set[str]:
    return {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }


def calls(text: str) -> Iterator[list[str]]:
    """The arguments of every call of the command line in a page's code."""
    code = [body for _, body in _FENCE.findall(text)]
    code += _CODE.findall(_FENCE.sub("", text))
    for part in code:
        for line in part.splitlines():
            for found in _CALL.findall(line.split(" # ")[0]):
                yield shlex.split(found)


def fault_of_call(arguments: list[str]) -> str | None:
    """Why a call would be a usage error, or None. A word in capitals stands for any command."""
    if arguments[0].isupper() or {"--help", "-h", "--version"} & set(arguments):
        return None
    try:
        _check(group, arguments, None)
    except click.UsageError as error:
        return error.format_message()
    return None


def _check(command: click.Command, arguments: list[str], parent: click.Context | None) -> None:
    context = click.Context(command, parent, info_name=command.name)
    if isinstance(command, click.Group):
        _, rest, _ = command.make_parser(context).parse_args(list(arguments))
        if rest:
            _, inner, rest = command.resolve_command(context, rest)
            assert inner is not None
            _check(inner, rest, context)
    elif arguments:  # a command alone is its name in a text
        words = ["bash" if word == "SHELL" else word for word in arguments]
        command.make_context(command.name, words, parent=parent)


def error_classes(kind: type[EnvsError] = EnvsError) -> Iterator[type[EnvsError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from error_classes(inner)


def diagnostics_table(severity: str) -> str:
    """The rows of one severity, as the reference has them."""
    found = [
        f"| `{code}` | {in_italics(text)} |"
        for code, (s, text) in CATALOGUE.items()
        if s == severity
    ]
    return "\n".join(["| code | what it says |", "| --- | --- |", *found])


def sources() -> Iterator[Path]:
    yield from (ROOT / "jupyter_envs").rglob("*.py")


# -- reference ---------------------------------------------------------------------------------


def test_every_error_has_its_row_and_its_status() -> None:
    for module in pkgutil.walk_packages(jupyter_envs.__path__, "jupyter_envs."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    documented = {code: cells[0] for code, cells in rows(page("errors.md")).items()}
    assert documented == {kind.code: str(kind.status) for kind in error_classes()}


@pytest.mark.parametrize(
    ("severity", "title"), [("error", "Errors"), ("warning", "Warnings"), ("note", "Notes")]
)
def test_every_diagnostic_is_in_its_table(severity: str, title: str) -> None:
    shown = section(page("environment-yml.md"), title)
    assert diagnostics_table(severity) in shown, "python -m tests.test_docs prints the tables"
    assert set(rows(shown)) == {code for code, (s, _) in CATALOGUE.items() if s == severity}


def test_every_diagnostic_has_its_section_with_examples_that_are_true() -> None:
    assert PAGE.read_text("utf-8") == diagnostics_page(), "python -m tests.spec.pages writes it"
    titles = {found[2] for found in _HEADING.finditer(PAGE.read_text("utf-8"))}
    assert set(CATALOGUE) <= titles


def test_every_finding_of_the_doctor_has_its_section() -> None:
    text = DOCTOR_PAGE.read_text("utf-8")
    assert text == doctor_page(), "python -m tests.doctor.pages writes it"
    assert set(FINDINGS) <= {found[2] for found in _HEADING.finditer(text)}


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_examples_of_a_diagnostic_have_it_and_have_it_not(code: str) -> None:
    files = examples(code)
    for text, has_it in zip(files or (), (True, False), strict=False):
        found = parse_spec(text.encode()).diagnostics
        assert (code in {d.code for d in found}) is has_it
        assert has_it or all(d.severity != "error" for d in found)


@pytest.mark.parametrize(("words", "command"), list(commands()), ids=lambda value: str(value))
def test_every_command_has_a_section_with_its_options(words: str, command: click.Command) -> None:
    text = section(page("cli.md"), f"`{words}`")
    assert f"jupyter envs {words}" in text
    written = {word.split()[0] for word in rows(text)}
    # Where it has no table of options it has none.
    assert {word for word in written if word.startswith("-")} == options_of(command)


def test_global_options_are_documented() -> None:
    text = section(page("cli.md"), "Global options")
    assert options_of(group) <= {word.split()[0] for word in rows(text)}


def test_no_command_is_documented_that_does_not_exist() -> None:
    titles = {found[2].strip("`") for found in _HEADING.finditer(page("cli.md")) if "`" in found[2]}
    assert titles == {words for words, _ in commands()}


def test_notes_are_documented() -> None:
    assert set(rows(section(page("cli.md"), "Notes"))) == set(NOTES)


def test_export_formats_are_documented() -> None:
    described = rows(section(page("cli.md"), "`export`"))["--format FORMAT"][0]
    assert set(FORMATS) <= set(_CODE.findall(described))


def test_variables_of_our_own_are_documented() -> None:
    used = {name for path in sources() for name in _VARIABLE.findall(path.read_text("utf-8"))}
    documented = set(rows(section(page("configuration.md"), "Our variables")))
    assert documented == used


def test_settings_of_conda_are_documented() -> None:
    documented = rows(section(page("configuration.md"), "conda's settings"))
    known = {setting.name: set(setting.aliases) for setting in SETTINGS}
    assert {name: set(_CODE.findall(cells[0])) for name, cells in documented.items()} == known


def test_fields_of_the_policy_are_documented() -> None:
    # "file" is not written by the administrator: it says where the policy was read from.
    assert set(rows(page("policy.md"))) == set(Policy.__struct_fields__) - {"file"}


def test_settings_of_the_extension_are_documented() -> None:
    documented = set(rows(section(page("configuration.md"), "Server extension")))
    assert documented == set(EnvsApp.class_own_traits(config=True))


def test_every_route_is_documented_with_its_status() -> None:
    documented = {
        route: cells[1] for route, cells in rows(section(page("rest.md"), "Routes")).items()
    }
    assert documented == {f"{r.method} {r.path or '/'}": str(r.status) for r in ROUTES}


def test_kinds_of_sources_are_documented() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(SourceBody)}
    assert set(rows(section(page("rest.md"), "Sources"))) == kinds


def test_events_are_documented() -> None:
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    text = section(page("rest.md"), "Events")
    assert schema["$id"] in text
    assert set(rows(text)) == set(schema["properties"])


# -- all pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    assert broken_links(path) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_calls_would_be_understood(path: Path) -> None:
    faults = {" ".join(call): fault_of_call(call) for call in calls(path.read_text("utf-8"))}
    assert {call: fault for call, fault in faults.items() if fault is not None} == {}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_speak_plainly(path: Path) -> None:
    assert re.findall(r"\bsimply\b", path.read_text("utf-8"), re.IGNORECASE) == []


def test_the_readme_names_the_first_two_commands_and_every_verb() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    first_screen = "\n".join(text.splitlines()[:30])
    assert "make demo" in first_screen
    assert "make test" in first_screen
    assert {f"jupyter envs {words}" for words, _ in commands() if " " not in words} <= {
        " ".join(word.split()[:3]) for word in rows(text)
    }


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for path in PAGES:
        text = path.read_text("utf-8")
        code = "\n".join([*(body for _, body in _FENCE.findall(text)), *_CODE.findall(text)])
        named = set(re.findall(r"(?:^|\$ )make ([a-z]+)", code, re.MULTILINE))
        assert named <= targets, path


def test_the_changelog_tells_of_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## {jupyter_envs.__version__}" in text


# -- the checks themselves ---------------------------------------------------------------------


def test_tables_are_read() -> None:
    text = "# A\n| `x`, `y` | 1 | two |\n## B\n| `z --n` | 3 |\n# C\n| z | 4 |\n"
    assert rows(text) == {"x": ["1", "two"], "y": ["1", "two"], "z --n": ["3"]}
    assert set(rows(section(text, "A"))) == {"x", "y"}
    assert section(text, "Z") == ""


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("## Two `words` here\n")
    written = tmp_path / "page.md"
    written.write_text(
        "[a](other.md) [b](other.md#two-words-here) [c](https://example.org/x)\n"
        "```\n[d](in-code.md)\n```\n[e](gone.md) [f](other.md#gone) [g](#nowhere)\n"
    )
    assert broken_links(written) == ["gone.md", "other.md#gone", "#nowhere"]


@pytest.mark.parametrize(
    "call",
    ["create environment.yml", "list --json", "operations", "operations show ID --json",
     "export climate --format lock -o x", "run climate -- python -c pass", "COMMAND"],
)  # fmt: skip
def test_right_calls_are_understood(call: str) -> None:
    assert fault_of_call(call.split()) is None


@pytest.mark.parametrize(
    "call",
    ["conjure x", "create x --nope", "list extra words", "operations undo ID",
     "export climate --format zip", "rollback climate --to zero"],
)  # fmt: skip
def test_wrong_calls_are_found(call: str) -> None:
    assert fault_of_call(call.split()) is not None


def test_calls_are_found_in_code_only() -> None:
    text = (
        "jupyter envs prose `jupyter envs list` and `jupyter-envs show NAME`\n"
        '```console\n$ eval "$(jupyter envs activate climate)"\n$ jupyter envs list  # all\n```\n'
    )
    found = sorted(" ".join(call) for call in calls(text))
    assert found == ["activate climate", "list", "list", "show NAME"]


if __name__ == "__main__":
    for kind, heading in (("error", "Errors"), ("warning", "Warnings"), ("note", "Notes")):
        print(f"### {heading}\n\n{diagnostics_table(kind)}\n")
