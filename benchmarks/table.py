"""``python -m benchmarks.table`` puts the kept results into the pages that show them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.bars import BARS, Bar
from benchmarks.measure import Result
from benchmarks.results import LATEST, PREVIOUS, results, runs

_REPOSITORY = Path(__file__).resolve().parents[1]
_NONE = "-"


def bars() -> str:
    """What must be met and what was, in both runs."""
    latest, previous = results(LATEST), results(PREVIOUS)
    rows = [
        (
            f"`{bar.id}`",
            bar.what,
            _number(bar.bar, bar.unit),
            _number(bar.aim, bar.unit),
            _figure(bar, latest),
            _figure(bar, previous),
            _verdict(bar, latest),
        )
        for bar in BARS
    ]
    return _table(("id", "measured", "bar", "aim", "last run", "run before", ""), rows)


#: What of a create each result is, and why it has to be.
_CREATE = (
    (
        "command",
        "the command starts, reads the file, starts a worker; it sees that all is done, and leaves",
        "two Pythons beside each other: nearly all of it is imports, most of them of the worker",
    ),
    (
        "queued",
        "the worker takes the environment's lock and loads what it needs",
        "a process of its own can be killed, and survives the server that started it",
    ),
    ("metadata", "reading channels", "a small one here"),
    ("solve", "solving", "with as many records as conda-forge has: `solve-500k-ms`"),
    (
        "install",
        "placing files from the cache",
        "one link for each file: `install-warm-120-vs-cp`",
    ),
    (
        "verify",
        "linking bytecode, records and lock, starting each kernel, asking it, ending it",
        "the proof; it is the start that a user would wait for otherwise",
    ),
    (
        "publish",
        "bringing all of it to disk, the symlink, the kernel, conda's register, the ledger",
        (
            "a power cut must not leave an empty file in what is published; it waits for what other"
            " programs have written, too"
        ),
    ),
)


def create() -> str:
    """Where the time of one create goes."""
    found = results(LATEST)
    rows = []
    for name, what, why in _CREATE:
        one = found.get(f"create-{name}-s")
        seconds = _NONE if one is None else f"{one.value:.2f}"
        share = _NONE if one is None or one.ratio is None else f"{one.ratio:.0%}"
        rows.append((f"`create-{name}-s`", what, seconds, share, why))
    return _table(("id", "step", "seconds", "of all", "why it is needed"), rows)


def everything() -> str:
    """All results of the latest run, the bars' too."""
    rows = [
        (
            f"`{one.id}`",
            _number(one.value, one.unit),
            f"{one.min:.3g} to {one.max:.3g}",
            str(one.n),
            _NONE if one.ratio is None else f"{one.ratio:.3g}",
            one.against or _NONE,
        )
        for one in results(LATEST).values()
    ]
    return _table(("id", "median", "from, to", "times", "ratio", "against"), rows)


def machine() -> str:
    """What the numbers depend on, a line for each run."""
    kept = runs()
    lines = []
    for name, run in (("Last run", kept.latest), ("Run before", kept.previous)):
        if run is not None:
            facts = run.machine
            versions = ", ".join(f"{k} {v}" for k, v in facts["packages"].items())
            loads = " and ".join(f"{one:g}" for one in run.load)
            lines.append(
                f"- {name}: {facts['date']}, {run.minutes:g} minutes; {facts['cpu']}, "
                f"{facts['cores']} cores, {facts['memory_gb']} GB, {facts['file_system']}; "
                f"Python {facts['python']}; {versions}; load {loads} before and after."
            )
    return "\n".join(lines)


def _figure(bar: Bar, found: dict[str, Result]) -> str:
    return _number(bar.figure(found[bar.id]), bar.unit) if bar.id in found else "not measured"


def _verdict(bar: Bar, found: dict[str, Result]) -> str:
    if bar.id not in found:
        return ""
    figure = bar.figure(found[bar.id])
    return "aim reached" if figure <= bar.aim else "met" if figure <= bar.bar else "**not met**"


def _number(value: float, unit: str) -> str:
    digits = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".strip()


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


#: What stands between ``<!-- benchmarks: NAME -->`` and ``<!-- end -->`` of which page.
BLOCKS: dict[str, Callable[[], str]] = {
    "bars": bars,
    "create": create,
    "all": everything,
    "machine": machine,
}
PAGES = (_REPOSITORY / "README.md", _REPOSITORY / "docs" / "performance.md")
_BLOCK = re.compile(r"(<!-- benchmarks: (\w+) -->\n).*?(\n?<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """A page with its blocks as the kept results have them."""
    return _BLOCK.sub(lambda m: f"{m[1]}\n{BLOCKS[m[2]]()}\n\n{m[3].lstrip()}", text)


def main() -> None:
    """Write the pages."""
    for page in PAGES:
        page.write_text(filled(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
