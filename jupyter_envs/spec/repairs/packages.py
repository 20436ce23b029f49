"""Repairs of single dependencies of conda."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.lists import add_items, quoted, replace, sure, trimmed_end
from jupyter_envs.spec.splice import Change
from jupyter_envs.spec.tree import Mapping, Scalar

from .context import Context, readable
from .moves import moved_to_pip
from .syntax import dashes
from .words import corrected, several, unpinned


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


def lines_of_one(found: Found, context: Context) -> Repair | None:
    """Several packages in one item as several items; a command of pip as its line."""
    at = context.scalar(found)
    command = found.diagnostic.code == "match_spec_command"
    texts = several(at[1].text, commands=command) if at else None
    if at is None or not texts:
        return None
    spot, item = at
    if command and item.text.strip().startswith("pip"):
        return moved_to_pip(context, spot, texts[0], safe=True) if len(texts) == 1 else None
    changes = [replace(context.lines, item, texts[0], flow=spot.sequence.flow)]
    if texts[1:]:
        changes.append(sure(add_items(context.lines, spot.sequence, spot.place, texts[1:])))
    return Repair("one_per_line", tuple(changes))


def no_dependency(found: Found, context: Context) -> Repair | None:
    """Take out an item without a text."""
    spot = context.spot(found)
    return context.remove(spot) if spot else None


def tight_dashes(found: Found, context: Context) -> Repair | None:
    """A space behind each dash."""
    return dashes(found, context.lines)


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


TABLE: dict[str, Callable[[Found, Context], Repair | None]] = {
    "build_pinned": build,
    "dash_needs_space": tight_dashes,
    "dependency_duplicate": duplicate,
    "dependency_empty": no_dependency,
    "dependency_is_mapping": mapping,
    "dependency_spans_lines": lines_of_one,
    "match_spec_brackets_open": correct,
    "match_spec_build": correct,
    "match_spec_character": correct,
    "match_spec_command": lines_of_one,
    "match_spec_reversed": correct,
    "match_spec_several": lines_of_one,
    "match_spec_two_conditions": correct,
    "match_spec_version": correct,
    "selector_comment": selector_comment,
    "selector_item": selector_item,
    "version_conda_differs": correct,
    "version_exact": version_exact,
}
