"""Repairs of dependencies: conda's lines, pip's lines, and moves between the two."""

from __future__ import annotations

import re
from collections.abc import Callable

from packaging.utils import canonicalize_name

from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.lists import add_items, quoted, remove_item, replace, trimmed_end
from jupyter_envs.spec.match_specs import Dependency, text_for_solver
from jupyter_envs.spec.package_lists import (
    add_conda,
    add_pip,
    ask_for_pip,
    has_pip,
    list_of,
    new_section,
    pip_place,
)
from jupyter_envs.spec.pip_lines import classify_pip_line
from jupyter_envs.spec.splice import Change
from jupyter_envs.spec.tree import Mapping, Scalar, Sequence

from .context import Context, Spot, moved, readable
from .keys import top_level_pip
from .syntax import dashes
from .words import as_conda, as_pip, corrected, corrected_pip, several, unpinned


def correct(found: Found, context: Context) -> Repair | None:
    """The line without the mistake that the diagnostic names."""
    at = context.scalar(found)
    new = corrected(found.diagnostic.code, at[1].text) if at else None
    return context.write(at[0], new) if at and new else None


def version_exact(found: Found, context: Context) -> Repair | None:
    """The version and what comes after it."""
    spot = context.spot(found)
    return context.write(spot, found.diagnostic.params["suggestion"], safe=False) if spot else None


def build(found: Found, context: Context) -> Repair | None:
    """The line without its build."""
    at = context.scalar(found)
    dependency = readable(at[1].text) if at else None
    new = unpinned(dependency) if dependency else None
    return context.write(at[0], new, safe=False) if at and new else None


def mapping(found: Found, context: Context) -> Repair | None:
    """``python: 3.10`` as ``python=3.10``."""
    spot, new = context.spot(found), found.diagnostic.params["suggestion"]
    node = spot.item if spot else None
    if spot is None or not isinstance(node, Mapping) or len(node.pairs) != 1:
        return None
    if readable(new) is None or new.endswith("=VERSION"):
        return None
    end = max(trimmed_end(context.lines, node), node.pairs[0][0].end)
    end += context.lines.text[end : end + 1] == ":"
    change = Change(node.start, end, quoted(new, flow=spot.sequence.flow))
    return Repair("write", (change,), new)


def pip_mapping(found: Found, context: Context) -> Repair | None:
    """``requests: 2.0`` below pip: as ``requests==2.0``."""
    spot = context.spot(found)
    node = spot.item if spot else None
    if spot is None or not isinstance(node, Mapping) or len(node.pairs) != 1:
        return None
    key, value = node.pairs[0]
    if not isinstance(key, Scalar) or not isinstance(value, Scalar):
        return None
    operator = "" if value.text[:1] in tuple("<>=!~") or value.is_null else "=="
    new = key.text if value.is_null else f"{key.text}{operator}{value.text.strip()}"
    if classify_pip_line(new).kind != "requirement":
        return None
    end = max(trimmed_end(context.lines, node), key.end)
    end += context.lines.text[end : end + 1] == ":"
    return Repair("write", (Change(node.start, end, quoted(new, flow=spot.sequence.flow)),), new)


def pip_text(found: Found, context: Context) -> Repair | None:
    """A line that pip understands."""
    at = context.scalar(found)
    new = corrected_pip(at[1].text.strip()) if at else None
    return context.write(at[0], new) if at and new else None


def lines_of_one(found: Found, context: Context) -> Repair | None:
    """Several packages in one item as several items."""
    at = context.scalar(found)
    command = found.diagnostic.code == "match_spec_command"
    texts = several(at[1].text, commands=command) if at else None
    if at is None or not texts:
        return None
    spot, item = at
    if command and item.text.strip().startswith("pip"):
        return _moved_to_pip(context, spot, texts[0], safe=True) if len(texts) == 1 else None
    first = replace(context.lines, item, texts[0], flow=spot.sequence.flow)
    rest = texts[1:] and add_items(context.lines, spot.sequence, spot.place, texts[1:])
    if rest is None:
        return None
    return Repair("one_per_line", (first, rest) if isinstance(rest, Change) else (first,))


def no_dependency(found: Found, context: Context) -> Repair | None:
    """Take out an item without a text."""
    spot = context.spot(found)
    return context.remove(spot) if spot else None


def tight_dashes(found: Found, context: Context) -> Repair | None:
    """A space behind each dash."""
    return dashes(found, context.lines)


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
    return _moved_to_pip(context, at[0], line, safe=dependency is None)


def _moved_to_pip(context: Context, spot: Spot, line: str, *, safe: bool) -> Repair | None:
    lines, sequence = context.lines, spot.sequence
    if has_pip(sequence):
        gone: Change | None = remove_item(lines, sequence, spot.place)
    else:
        gone = replace(lines, spot.item, "pip", flow=sequence.flow)
    place = pip_place(sequence)
    if place is None and len(sequence.items) > 1:
        after = len(sequence.items) - 1
        after -= after == spot.place and has_pip(sequence)
        added = [new_section(lines, sequence, after, line)]
    elif place is None:
        added = [new_section(lines, sequence, 0, line)] if not has_pip(sequence) else []
    else:
        added = add_pip(lines, context.root, line)
        added = added if has_pip(sequence) else added[-1:]
    changes = moved(gone, *added) if added else None
    return None if changes is None else Repair("move_below_pip", changes, line, safe)


def pip_missing(found: Found, context: Context) -> Repair | None:
    """Ask for pip in front of its section."""
    if context.dependencies is None:
        return None
    return Repair("add_pip", (ask_for_pip(context.lines, context.dependencies),))


def pip_empty(found: Found, context: Context) -> Repair | None:
    """Take the section out."""
    spot = context.spot(found)
    return context.remove(spot) if spot and len(spot.sequence.items) > 1 else None


def pip_twice(found: Found, context: Context) -> Repair | None:
    """The lines of both sections in the first."""
    spot, first = context.spot(found), list_of(context.root, "pip")
    if spot is None or not isinstance(spot.item, Mapping) or len(spot.item.pairs) != 1:
        return None
    second = spot.item.pairs[0][1]
    if not isinstance(first, Sequence) or not isinstance(second, Sequence) or not first.items:
        return None
    texts = [item.text.strip() for item in second.items if isinstance(item, Scalar)]
    if len(texts) != len(second.items):
        return None
    added = add_items(context.lines, first, len(first.items) - 1, texts)
    gone = remove_item(context.lines, spot.sequence, spot.place)
    changes = moved(added, gone)
    return None if changes is None else Repair("merge", changes, "pip")


def pip_below(found: Found, context: Context) -> Repair | None:
    """Lines that were to be below ``pip:``, two spaces deeper."""
    lines = context.lines
    pair, spot = context.pair(found), context.spot(found)
    if pair is not None and pair.mapping is context.root:
        return top_level_pip(context, pair)
    if spot is None:
        return None
    if isinstance(spot.item, Scalar):  # "- pip" and deeper items, without the colon
        end = spot.item.start + len("pip")
        return Repair("add_colon", (Change(end, end, ":"),))
    if spot.sequence.flow or spot.place + 1 >= len(spot.sequence.items):
        return None
    first = lines.position(spot.sequence.items[spot.place + 1].start).line
    last = lines.position(trimmed_end(lines, spot.sequence.items[-1])).line
    starts = [lines.start_of(n) for n in range(first, last + 1) if lines.line(n).strip()]
    # Whether all of them were meant, or only a colon was too much, the file does not say.
    return Repair("indent_pip", tuple(Change(s, s, "    ") for s in starts), safe=False)


def duplicate(found: Found, context: Context) -> Repair | None:
    """Take out one of two lines for a package, where the other says all that it says."""
    at = context.scalar(found)
    name = found.diagnostic.params["name"]
    same = [(d, spot) for d, spot in context.conda if d.name == name]
    if at is None or len(same) < 2:
        return None
    this = next((d for d, spot in same if spot.place == at[0].place), None)
    first = same[0]
    if this is None:
        return None
    if this.text.lower() == first[0].text.lower() or this.text.lower() == name:
        return context.remove(at[0])
    return context.remove(first[1]) if first[0].text.lower() == name else None


def both(found: Found, context: Context) -> Repair | None:
    """Drop the line of pip: what conda installed may not be replaced."""
    at = context.scalar(found)
    if at is None:
        return None
    bare = canonicalize_name(at[1].text.strip()) == canonicalize_name(
        found.diagnostic.params["name"]
    )
    return _without_pip_line(context, at[0], safe=bare)


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


def selector_item(found: Found, context: Context) -> Repair | None:
    """The line for every platform."""
    spot = context.spot(found)
    node = spot.item if spot else None
    if spot is None or not isinstance(node, Mapping) or len(node.pairs) != 1:
        return None
    value = node.pairs[0][1]
    if not isinstance(value, Scalar) or readable(value.text) is None:
        return None
    new = value.text.strip()
    change = Change(
        node.start, trimmed_end(context.lines, node), quoted(new, flow=spot.sequence.flow)
    )
    return Repair("write", (change,), new, safe=False)


def selector_comment(found: Found, context: Context) -> Repair | None:
    """Take the brackets out of the comment; one that holds nothing else goes too."""
    lines = context.lines
    end = lines.offset(found.diagnostic.end)
    start, line_end = lines.span_of(found.start)
    before = lines.text[start : found.start]
    alone = before.rstrip().endswith("#") and not lines.text[end:line_end].strip()
    first = start + len(before.rstrip().rstrip("#").rstrip()) if alone else found.start
    text = f"# [{found.diagnostic.params['selector']}]"
    return Repair("remove", (Change(first, line_end if alone else end, ""),), text, safe=False)


def extras(found: Found, context: Context) -> Repair | None:
    """To pip, which knows extras; without them where the version is one of conda's forms."""
    repair = below_pip(found, context)
    at = context.scalar(found)
    if repair is not None or at is None:
        return repair
    return context.write(at[0], text_for_solver(at[1].text.strip()), safe=False)


TABLE: dict[str, Callable[[Found, Context], Repair | None]] = {
    "build_pinned": build,
    "dash_needs_space": tight_dashes,
    "dependency_duplicate": duplicate,
    "dependency_empty": no_dependency,
    "dependency_is_mapping": mapping,
    "dependency_spans_lines": lines_of_one,
    "extras_ignored": extras,
    "in_conda_and_pip": both,
    "match_spec_brackets_open": correct,
    "match_spec_build": correct,
    "match_spec_character": correct,
    "match_spec_command": lines_of_one,
    "match_spec_marker": below_pip,
    "match_spec_option": below_pip,
    "match_spec_reversed": correct,
    "match_spec_several": lines_of_one,
    "match_spec_two_conditions": correct,
    "match_spec_url": below_pip,
    "match_spec_version": correct,
    "pip_conda_line": conda_below_pip,
    "pip_empty": pip_empty,
    "pip_has_conda": on_conda,
    "pip_indentation": pip_below,
    "pip_item_not_text": pip_mapping,
    "pip_line_invalid": pip_text,
    "pip_missing": pip_missing,
    "pip_twice": pip_twice,
    "selector_comment": selector_comment,
    "selector_item": selector_item,
    "version_conda_differs": correct,
    "version_exact": version_exact,
}
