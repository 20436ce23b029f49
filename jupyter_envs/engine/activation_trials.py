"""Which callers to try the activation scripts with, so that few runs tell much."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import product
from pathlib import Path

from .activation_model import Effect, State
from .activation_rules import Row, touched

_STATES: tuple[State, ...] = ("unset", "empty", "filled")

# A wrong table foretells one mixed run in two; this many leave it next to no chance.
_MIXED_RUNS = 16

# Every combination is tried for effects of up to this many variables: 27 for three of them.
_COMBINED = 3

# Seeding these would change how the shell or the loader itself works, not what scripts see.
_NOT_SEEDED = frozenset({
    "HOME", "PATH", "PWD", "OLDPWD", "SHLVL", "_", "IFS", "ENV", "SHELLOPTS", "POSIXLY_CORRECT",
    "GLOBIGNORE", "EXECIGNORE", "UID", "EUID", "PPID", "GROUPS", "DIRSTACK", "FUNCNAME", "FUNCNEST",
    "RANDOM", "SRANDOM", "SECONDS", "EPOCHSECONDS", "EPOCHREALTIME", "LINENO", "OPTARG", "OPTIND",
    "OPTERR", "PIPESTATUS", "HOSTNAME", "HOSTTYPE", "MACHTYPE", "OSTYPE", "SHELL", "TERM",
    "COLUMNS", "LINES", "TIMEFORMAT", "PS0", "PS1", "PS2", "PS3", "PS4", "PROMPT_COMMAND", "TMOUT",
    "DYLD_INSERT_LIBRARIES",
})  # fmt: skip
_NOT_SEEDED_PREFIXES = ("BASH", "COMP_", "LC_", "LD_")
_YET_SEEDED = frozenset({"LD_LIBRARY_PATH", "LD_PRELOAD"})
_KEYWORDS = frozenset({
    "if", "then", "else", "elif", "fi", "for", "in", "do", "done", "while", "until", "case", "esac",
    "function", "export", "unset", "local", "declare", "return", "echo", "test", "eval", "source",
})  # fmt: skip

_WORD = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]*")
_COMMENT_LINE = re.compile(r"(?m)^\s*#.*$")


def candidates(scripts: Iterable[Path], rows: Sequence[Row], given: Iterable[str]) -> list[str]:
    """Names that may matter: all words in the scripts, and what the scripts were seen to set.

    ``given`` are names that no caller has a say in.
    """
    names: dict[str, None] = {}
    for script in scripts:
        code = _COMMENT_LINE.sub("", script.read_text(errors="replace"))
        names.update(dict.fromkeys(_WORD.findall(code)))
    names.update(dict.fromkeys(n for n in touched(rows) if _WORD.fullmatch(n)))
    excluded = {*given, *_NOT_SEEDED, *_KEYWORDS}
    return [n for n in names if n not in excluded and _may_be_seeded(n)]


def callers(
    names: Sequence[str], effects: Iterable[Effect], rows: Sequence[Row]
) -> list[dict[str, State]]:
    """Callers for the next runs: some at random, and those that could refute an effect."""
    number = len(rows)
    uniform = [dict.fromkeys(names, state) for state in _STATES]
    mixed = [_mixed(names, number + i) for i in range(_MIXED_RUNS)]
    pinned: list[dict[str, State]] = [{} for _ in mixed]
    for wanted in _unseen(effects, rows):
        place = next((p for p in pinned if _compatible(p, wanted)), None)
        if place is None:
            mixed.append(_mixed(names, number + len(mixed)))
            pinned.append(wanted)
        else:
            place.update(wanted)
    return uniform + [{**m, **p} for m, p in zip(mixed, pinned, strict=True)]


def _may_be_seeded(name: str) -> bool:
    return name in _YET_SEEDED or not name.startswith(_NOT_SEEDED_PREFIXES)


def _mixed(names: Iterable[str], number: int) -> dict[str, State]:
    """Some variables set and some not, another way for each number, the same in each build."""
    return {n: _STATES[blake2b(f"{number} {n}".encode()).digest()[0] % 3] for n in names}


def _unseen(effects: Iterable[Effect], rows: Sequence[Row]) -> Iterator[dict[str, State]]:
    """Combinations of an effect's inputs that no run has had yet."""
    seeded = {n for row in rows for n in row.states} - _NOT_SEEDED
    for effect in effects:
        inputs = sorted(effect.inputs() & seeded)
        if len(inputs) > _COMBINED:
            continue
        seen = {tuple(row.state(n) for n in inputs) for row in rows}
        for states in product(_STATES, repeat=len(inputs)):
            if states not in seen:
                yield dict(zip(inputs, states, strict=True))


def _compatible(one: Mapping[str, State], other: Mapping[str, State]) -> bool:
    return all(one.get(n, s) == s for n, s in other.items())
