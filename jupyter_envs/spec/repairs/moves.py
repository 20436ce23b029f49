"""Repairs that move a line from one package manager to the other, or drop one of two."""

from __future__ import annotations

import re
from collections.abc import Callable

from packaging.utils import canonicalize_name

from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.lists import add_items, remove_item, replace, sure
from jupyter_envs.spec.match_specs import Dependency, text_for_solver
from jupyter_envs.spec.package_lists import (
    add_conda,
    fill_section,
    has_pip,
    new_section,
    pip_place,
    value_of,
)
from jupyter_envs.spec.pip_lines import classify_pip_line
from jupyter_envs.spec.splice import Change
from jupyter_envs.spec.tree import Sequence

from .context import Context, Spot, moved, readable
from .words import as_conda, as_pip


def below_pip(found: Found, context: Context) -> Repair | None:
    """A line that only pip can read, below ``pip:``."""
    at = context.scalar(found)
    if at is None or at[0].sequence is not context.dependencies:
        return None
    text = at[1].text.strip()
    dependency = readable(text)
    line = as_pip(dependency, dependency.extras) if dependency else text
    if line is None or classify_pip_line(line).kind in ("invalid", "option", "conda"):
        return None
    # Nobody but pip could read it, unless it is a conda package with extras.
    return moved_to_pip(context, at[0], line, safe=dependency is None)


def extras(found: Found, context: Context) -> Repair | None:
    """To pip, which knows extras; without them where the version is one of conda's forms."""
    repair = below_pip(found, context)
    at = context.scalar(found)
    if repair is not None or at is None:
        return repair
    return context.write(at[0], text_for_solver(at[1].text.strip()), safe=False)


def moved_to_pip(context: Context, spot: Spot, line: str, *, safe: bool) -> Repair | None:
    """Put ``line`` below ``pip:`` and take the item out; a missing pip takes its place."""
    lines, sequence = context.lines, spot.sequence
    known = has_pip(sequence)
    if known:
        gone = remove_item(lines, sequence, spot.place)
    else:
        gone = replace(lines, spot.item, "pip", flow=sequence.flow)
    added = _added_to_pip(context, spot, line, leaves=known)
    changes = moved(gone, *added) if added else None
    return None if changes is None else Repair("move_below_pip", changes, line, safe)


def _added_to_pip(context: Context, spot: Spot, line: str, *, leaves: bool) -> list[Change]:
    lines, sequence = context.lines, spot.sequence
    place = pip_place(sequence)
    if place is None:
        # Behind the last item that stays: what is put in may not touch what is taken out.
        last = len(sequence.items) - 1
        after = last - 1 if leaves and spot.place == last else last
        return [new_section(lines, sequence, after, line)] if after >= 0 else []
    section = value_of(sequence.items[place], "pip")
    if section is None:
        return []
    if isinstance(section, Sequence) and section.items:
        return [sure(add_items(lines, section, len(section.items) - 1, [line]))]
    return fill_section(lines, sequence, section, line)


def both(found: Found, context: Context) -> Repair | None:
    """Drop the line of pip: what conda installed may not be replaced."""
    at = context.scalar(found)
    if at is None:
        return None
    bare = canonicalize_name(at[1].text.strip()) == canonicalize_name(
        found.diagnostic.params["name"]
    )
    return _without_pip_line(context, at[0], safe=bare)


def conda_below_pip(found: Found, context: Context) -> Repair | None:
    """A line in conda's form: to conda, or, if it is a name with a version, as pip writes it."""
    at = context.scalar(found)
    dependency = readable(at[1].text) if at else None
    if at is None or dependency is None or dependency.name is None:
        return None
    if any(other.name == dependency.name for other, _ in context.conda):
        return _without_pip_line(context, at[0], safe=False)
    new = _double(dependency)
    if new is not None:
        return context.write(at[0], new)
    return _moved_to_conda(context, at[0], dependency.text, safe=True)


def _double(dependency: Dependency) -> str | None:
    if dependency.build or dependency.channel or dependency.fields:
        return None
    exact = re.fullmatch(r"=([0-9][\w.!+]*)", dependency.version or "")
    return f"{dependency.name}=={exact[1]}" if exact else None


def on_conda(found: Found, context: Context) -> Repair | None:
    """Ask conda for what pip was asked for."""
    at = context.scalar(found)
    new = as_conda(at[1].text.strip(), found.diagnostic.params["conda"]) if at else None
    return _moved_to_conda(context, at[0], new, safe=False) if at and new else None


def _moved_to_conda(context: Context, spot: Spot, text: str, *, safe: bool) -> Repair | None:
    gone = _pip_line_gone(context, spot)
    changes = moved(gone, *add_conda(context.lines, context.root, text))
    return None if changes is None else Repair("move_to_conda", changes, text, safe)


def _without_pip_line(context: Context, spot: Spot, *, safe: bool) -> Repair | None:
    change = _pip_line_gone(context, spot)
    text = context.lines.text[spot.item.start : spot.item.end]
    return None if change is None else Repair("remove", (change,), text, safe)


def _pip_line_gone(context: Context, spot: Spot) -> Change | None:
    """Take a pip line out; the section goes with its last line."""
    if len(spot.sequence.items) > 1:
        return remove_item(context.lines, spot.sequence, spot.place)
    dependencies = context.dependencies
    place = pip_place(dependencies) if dependencies else None
    if dependencies is None or place is None or len(dependencies.items) == 1:
        return None
    return remove_item(context.lines, dependencies, place)


TABLE: dict[str, Callable[[Found, Context], Repair | None]] = {
    "extras_ignored": extras,
    "in_conda_and_pip": both,
    "match_spec_marker": below_pip,
    "match_spec_option": below_pip,
    "match_spec_url": below_pip,
    "pip_conda_line": conda_below_pip,
    "pip_has_conda": on_conda,
}
