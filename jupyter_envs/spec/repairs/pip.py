"""Repairs of the pip section and of its lines."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.lists import add_items, quoted, remove_item, trimmed_end
from jupyter_envs.spec.package_lists import (
    ask_for_pip,
    list_of,
)
from jupyter_envs.spec.pip_lines import classify_pip_line
from jupyter_envs.spec.splice import Change
from jupyter_envs.spec.tree import Mapping, Scalar, Sequence

from .context import Context, moved
from .keys import top_level_pip
from .words import corrected_pip


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


TABLE: dict[str, Callable[[Found, Context], Repair | None]] = {
    "pip_empty": pip_empty,
    "pip_indentation": pip_below,
    "pip_item_not_text": pip_mapping,
    "pip_line_invalid": pip_text,
    "pip_missing": pip_missing,
    "pip_twice": pip_twice,
}
