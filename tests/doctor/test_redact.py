"""A report can be shown to anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.doctor.diagnose import diagnose
from jupyter_envs.doctor.redact import Redaction
from jupyter_envs.doctor.rules import RULES

from .world import World

ADA = Redaction(home=Path("/home/ada"), user="ada", host="node17.example.org")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/home/ada/.conda/envs/climate", "~/.conda/envs/climate"),
        ("/home/ada", "~"),
        ("/home/adalbert/x and /home/eve/x", "/home/(somebody)/x and /home/(somebody)/x"),
        ("/scratch/ada/x", "/scratch/(user)/x"),
        ("a process of Ada", "a process of (user)"),
        ("adaptive", "adaptive"),
        ("node17.example.org and node17", "(host) and (host)"),
        ("node171", "node171"),
        ("https://ada:secret@host.org/x", "https://***@host.org/x"),
        ("https://host.org/t/xy-12345678-1234-1234-1234-123456789012/c", "https://host.org/t/***/c"),
        ("two\nlines \x1b[31mred", "two lines  [31mred"),
        ("x" * 500, "x" * 400 + "..."),
    ],
)  # fmt: skip
def test_what_is_not_shown(text: str, shown: str) -> None:
    assert ADA.text(text) == shown


def test_names_that_name_nobody_stay() -> None:
    plain = Redaction(home=Path("/"), user="root", host="localhost")
    assert (
        plain.text("/opt/x is owned by root on localhost") == "/opt/x is owned by root on localhost"
    )


def test_a_name_that_is_a_word_of_ours_does_not_spoil_sentences(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.space(free=400_000_000)
    (found,) = diagnose(world.facts())
    rule = next(rule for rule in RULES if rule.id == found.id)
    shown = Redaction(home=world.home, user="disk", host="full").finding(
        found, rule.message, rule.fix
    )
    assert shown.message == "The disk of the environments is full: 0.4 GB are free in ~/envs."
    assert shown.params["folder"] == "~/envs"


def test_braces_in_what_was_seen_are_text(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.set(PYTHONPATH="/opt/{environment.__class__}/{0}")
    (found,) = diagnose(world.facts())
    rule = next(rule for rule in RULES if rule.id == found.id)
    shown = ADA.finding(found, rule.message, rule.fix)
    assert "/opt/{environment.__class__}/{0}" in shown.message
