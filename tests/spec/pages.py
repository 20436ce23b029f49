"""The page of diagnostics: every code with its text, a file that has it, and one that has not.

``python -m tests.spec.pages`` writes it, from the catalogue, the samples and the fixes.
"""

from __future__ import annotations

import re
from pathlib import Path

from jupyter_envs.spec import Fix, apply_edits, parse_spec
from jupyter_envs.spec.catalogue import CATALOGUE

from .samples import SAMPLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "diagnostics.md"

_HEAD = (
    "# Diagnostics\n\n"
    "Every finding that [`check`](cli.md#check) and the panel can tell of an"
    " [environment.yml](environment-yml.md), by severity and code. Codes never change once"
    " released. Words in italics are filled in.\n\n"
    "For each: a file that has it, and the file as it should be. Where it says *fix*, the second"
    " is what the fix makes of the first: `--fix` applies those that keep what is installed,"
    " `--fix-all` the others too.\n"
)

_TITLES = {"error": "Errors", "warning": "Warnings", "note": "Notes"}

#: Files as they should be, for findings that no fix can put right; for some a clearer wrong file.
_RIGHT: dict[str, str] = {
    "file_empty": "name: climate\ndependencies:\n  - numpy\n",
    "yaml_syntax": "name: a\n",
    "merge_conflict": "dependencies:\n  - a\n",
    "jinja": "dependencies:\n  - numpy\n",
    "several_documents": "name: a\n",
    "alias_unknown": "dependencies: [&x numpy]\n",
    "tag_unsupported": "name: x\n",
    "merge_key": "name: x\ndependencies: [a]\n",
    "not_mapping": "dependencies:\n  - numpy\n",
    "key_not_text": "name: b\ndependencies: [numpy]\n",
    "duplicate_key": "name: a\ndependencies: [numpy]\n",
    "name_not_text": "name: a\ndependencies: [numpy]\n",
    "channel_invalid": "channels:\n  - conda-forge\ndependencies: [numpy]\n",
    "channel_not_text": "channels:\n  - conda-forge\ndependencies: [numpy]\n",
    "variable_name": "variables:\n  A_B: x\ndependencies: [numpy]\n",
    "variable_not_text": "variables:\n  A: x\ndependencies: [numpy]\n",
    "variable_nul": "variables:\n  A: xy\ndependencies: [numpy]\n",
    "dependency_number": "dependencies:\n  - python=3.10\n",
    "dependency_not_text": "dependencies:\n  - a\n  - b\n",
    "subsection_unknown": "dependencies:\n  - nodejs\n",
    "match_spec_option": "dependencies:\n  - numpy\n",
    "match_spec_name": "dependencies:\n  - numpy\n",
    "match_spec_channel": "dependencies:\n  - a::c\n",
    "match_spec_brackets": "dependencies:\n  - numpy[build=py312*]\n",
    "pip_line_invalid": "dependencies:\n  - pip\n  - pip:\n      - one\n      - two\n",
    "unknown_key": "dependencies: [numpy]\n",
    "channel_variable": "channels: [https://example.org/team]\ndependencies: [numpy]\n",
    "dependencies_missing": "name: a\ndependencies:\n  - numpy\n",
    "dependencies_empty": "dependencies:\n  - numpy\n",
    "version_conda_differs": "dependencies:\n  - numpy>=1.2,<2\n",
    "pip_unlockable": "dependencies:\n  - pip\n  - pip:\n      - requests==2.31\n",
    "pip_repository": "dependencies:\n  - pip\n  - pip:\n      - requests==2.31\n",
    "pip_option": "dependencies:\n  - pip\n  - pip:\n      - requests==2.31\n",
    "variable_risky": "dependencies: [numpy]\n",
    "category_ignored": "dependencies: [numpy]\n",
    "platforms_no_limit": "dependencies: [numpy]\n",
    "pip_empty": "dependencies:\n  - numpy\n",
}

#: There is no short file that shows these.
_WITHOUT_FILES: dict[str, str] = {
    "file_too_large": "A spec of that size was not written by a person: ask for fewer packages.",
    "encoding_unknown": "In most editors: *Save with encoding*, UTF-8.",
    "control_character": "It came with text from another program. The fix takes it out.",
    "encoding_utf16": "`check --fix` saves the file as UTF-8, as `Out-File -Encoding utf8` does.",
    "too_deep": "No part of an environment.yml is more than four levels deep.",
    "too_many_nodes": "Ask for fewer packages, or take out what other packages bring anyway.",
    "too_many_aliases": "Write the values themselves.",
    "dependency_too_long": "Give each package its own line.",
    "match_spec_character": "It came with text from a web page. The fix takes it out, or makes it a"
    " space.",
}


def fixable(code: str) -> tuple[str, str, Fix] | None:
    """A file with the finding, the file after its fix, and the fix; None without a fix."""
    for sample in SAMPLES:
        data = sample.text.encode()
        for found in parse_spec(data).diagnostics if sample.code == code else ():
            if found.code == code and found.fix is not None and found.fix.edits:
                return sample.text, apply_edits(data, found.fix.edits).decode(), found.fix
    return None


def examples(code: str) -> tuple[str, str] | None:
    """A file that has the finding, and one that has not."""
    if code in _WITHOUT_FILES:
        return None
    fixed = fixable(code)
    if fixed is not None and code not in _RIGHT:
        return fixed[:2]
    wrong = next(sample.text for sample in SAMPLES if sample.code == code)
    return wrong, _RIGHT[code]


def page() -> str:
    """The text of the page."""
    parts = [_HEAD]
    for severity, title in _TITLES.items():
        parts.append(f"## {title}\n")
        parts += [_section(code) for code, (s, _) in CATALOGUE.items() if s == severity]
    return "\n".join(parts)


def _section(code: str) -> str:
    lines = [f"### {code}", "", in_italics(CATALOGUE[code][1]), ""]
    files = examples(code)
    if files is None:
        return "\n".join([*lines, _WITHOUT_FILES[code], ""])
    wrong, right = files
    lines += _fence(wrong)
    fixed = fixable(code)
    if fixed is not None and code not in _RIGHT:
        option = "`--fix`" if fixed[2].safe else "`--fix-all`"
        lines += [f"Fix ({option}):", ""]
    else:
        lines += ["Right:", ""]
    return "\n".join([*lines, *_fence(right)])


def _fence(text: str) -> list[str]:
    return ["```yaml", text.rstrip("\n"), "```", ""]


def in_italics(template: str) -> str:
    """A template with its params in italics, and nothing that Markdown would read."""
    escaped = re.sub(r"([*<>|#\[\]_])", r"\\\1", template)
    return re.sub(r"\{([a-z\\_]+)\}", lambda found: f"*{found[1]}*", escaped)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
