"""The panel's translatable texts of what the server tells, made from the one list there is.

``python scripts/texts.py`` writes ``src/generated/texts.ts``; with ``--check`` it only says
whether that file is as it should be.
"""

from __future__ import annotations

import json
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from jupyter_envs.doctor import FINDING_FIXES, FINDINGS, PROBES
from jupyter_envs.errors import EnvsError
from jupyter_envs.hardware import CONFIDENCES, HARDWARE, REASONS, THROTTLES, UNTOLD
from jupyter_envs.spec.catalogue import CATALOGUE
from jupyter_envs.spec.fixes import TITLES
from jupyter_envs.store import DRIFT

TARGET = Path(__file__).resolve().parents[1] / "src" / "generated" / "texts.ts"

#: A hint with one of these speaks to somebody at a command line.
COMMAND_LINE = re.compile(r"jupyter envs|(?<!\w)--\w")

_HEAD = """\
// Made by scripts/texts.py from the server's errors and diagnostics: change those.

import type { TranslationBundle } from '@jupyterlab/translation';

/** A text of what happened; `p` gives a param as text. */
export type Text = (trans: TranslationBundle, p: (name: string) => string) => string;
"""


def error_classes(kind: type[EnvsError] = EnvsError) -> Iterator[type[EnvsError]]:
    """All errors, each once."""
    yield kind
    for inner in kind.__subclasses__():
        yield from error_classes(inner)


def text_of(template: str) -> str | None:
    """A template of Python's as a call of the translator; None where it has no words."""
    parts: list[str] = []
    params: list[str] = []
    for literal, field, _, conversion in string.Formatter().parse(template):
        parts.append(literal)
        if field is not None:
            if field not in params:
                params.append(field)
            place = f"%{params.index(field) + 1}"
            parts.append(f"'{place}'" if conversion == "r" else place)
    text = "".join(parts)
    if not re.search(r"[A-Za-z]{2}", re.sub(r"%\d", "", text)):
        return None
    quoted = json.dumps(text, ensure_ascii=False)
    arguments = "".join(f", p({json.dumps(name)})" for name in params)
    return f"(trans, p) => trans.__({quoted}{arguments})"


def table(name: str, comment: str, templates: dict[str, str | None]) -> str:
    """One exported constant: code to text."""
    lines = [f"/** {comment} */", f"export const {name}: Readonly<Record<string, Text>> = {{"]
    for code in sorted(templates):
        template = templates[code]
        text = text_of(template) if template else None
        if text is not None:
            unused = text.replace("(trans, p)", "trans") if "p(" not in text else text
            key = code if code.isidentifier() else f"'{code}'"
            lines.append(f"  {key}: {unused},")
    return "\n".join([*lines, "};"])


def module() -> str:
    """The text of the TypeScript module."""
    errors = {kind.code: kind for kind in error_classes()}
    hints = {code: kind.advice for code, kind in errors.items()}
    return (
        "\n\n".join(
            (
                _HEAD.rstrip(),
                table("ERRORS", "What went wrong.", {c: k.sentence for c, k in errors.items()}),
                table(
                    "HINTS",
                    "What to do about it, where it is the same here and at a command line.",
                    {c: h for c, h in hints.items() if h and not COMMAND_LINE.search(h)},
                ),
                table(
                    "DIAGNOSTICS",
                    "What is to be said of a file.",
                    {code: template for code, (_, template) in CATALOGUE.items()},
                ),
                table("PROBES", "What trying a framework has shown.", dict(PROBES)),
                table("DRIFT", "What was changed in an environment.", dict(DRIFT)),
                table("FIXES", "What a fix of a file would do.", dict(TITLES)),
                table("REASONS", "Why a target was chosen.", dict(REASONS)),
                table("HARDWARE", "How a GPU and its driver are.", dict(HARDWARE)),
                table("UNTOLD", "Why something of a GPU is not told.", dict(UNTOLD)),
                table("THROTTLES", "What holds a GPU's clocks back.", dict(THROTTLES)),
                table("CONFIDENCES", "How it is known who holds memory.", dict(CONFIDENCES)),
                table("FINDINGS", "What the doctor finds.", FINDINGS),
                table("FINDING_FIXES", "What helps against what the doctor finds.", FINDING_FIXES),
            )
        )
        + "\n"
    )


def command_line_hints() -> set[str]:
    """Codes whose hints the panel has to word itself."""
    return {k.code for k in error_classes() if k.advice and COMMAND_LINE.search(k.advice)}


def main() -> int:
    """Write or check; returns an exit code."""
    made = module()
    if "--check" in sys.argv:
        fresh = TARGET.is_file() and TARGET.read_text("utf-8") == made
        word = "up to date" if fresh else "out of date: run scripts/texts.py"
        sys.stdout.write(f"{TARGET.name} is {word}\n")
        return 0 if fresh else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
