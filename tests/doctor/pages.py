"""The page of the doctor's findings. ``python -m tests.doctor.pages`` writes it."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.doctor.model import Layer
from jupyter_envs.doctor.rules import RULES, Rule
from tests.spec.pages import in_italics

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "doctor.md"

_HEAD = (
    "# Findings of the doctor\n\n"
    "Every finding that [`doctor`](cli.md#doctor) can tell of, in the order in which the rules are"
    " asked. Ids never change once released. Words in italics are filled in."
    " [The guide](../guides/doctor.md) says how to read a report.\n\n"
    "A *blocking* finding ends its layer: what later rules of the layer would say is only a"
    " consequence. Other layers are still looked at.\n"
)

_LAYERS: dict[Layer, tuple[str, str]] = {
    "host": ("Host", "The machine and its disks, the settings of conda and pip, the driver, GPUs."),
    "container": ("Container", "What the container of this server was given."),
    "permissions": ("Permissions", "What this user may do."),
    "static": ("Environment", "What is installed, told by metadata: nothing is imported."),
    "dynamic": ("Start", "What a kernel is started with, and what a probe said."),
    "runtime": ("Running", "What runs now."),
}

_WHO = {"you": "you", "administrator": "the administrator"}


def page() -> str:
    """The text of the page."""
    parts = [_HEAD]
    for layer, (title, about) in _LAYERS.items():
        parts.append(f"## {title}\n\nLayer `{layer}`. {about}\n")
        parts += [_section(rule) for rule in RULES if rule.layer == layer]
    return "\n".join(parts)


def _section(rule: Rule) -> str:
    blocking = ", blocking" if rule.blocking else ""
    action = f" Action: `{rule.action}`." if rule.action else ""
    about = f"*{rule.severity.capitalize()}*{blocking}; for {_WHO[rule.who]} to put right."
    helps = f"{about} {in_italics(rule.fix)}{action}"
    return "\n".join((f"### {rule.id}", "", in_italics(rule.message), "", helps, ""))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
