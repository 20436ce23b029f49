"""Repairs of keys, channels, platforms and variables."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.lists import (
    add_items,
    dash_of,
    indent_of,
    quoted,
    remove_item,
    remove_pair,
    replace,
    trimmed_end,
    whole_lines,
)
from jupyter_envs.spec.match_specs import SUBDIRS
from jupyter_envs.spec.splice import Change
from jupyter_envs.spec.tree import Mapping, Node, Scalar, Sequence
from jupyter_envs.spec.urls import strip_credentials

from .context import Context, PairSpot, moved, short
from .words import several

_DEFAULTS = re.compile(r"defaults|https://repo\.anaconda\.com/pkgs/main/?")
_PLATFORMS = {"linux": "linux-64", "win": "win-64", "windows": "win-64", "macos": "osx-arm64",
              "osx": "osx-64", "mac": "osx-arm64"}  # fmt: skip
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")


def remove_key(found: Found, context: Context) -> Repair | None:
    """Take a key out with its value."""
    pair = context.pair(found)
    if pair is None:
        return None
    return _removed(context, pair)


def remove_key_of_value(found: Found, context: Context) -> Repair | None:
    """The same for a finding about the value: it stands behind its key, or below it."""
    pairs = context.root.pairs if isinstance(context.root, Mapping) else ()
    for index, (_, value) in enumerate(pairs):
        if value.start == found.start and isinstance(context.root, Mapping):
            return _removed(context, PairSpot(context.root, index))
    return None


def _removed(context: Context, pair: PairSpot) -> Repair | None:
    if len(pair.mapping.pairs) == 1:
        return _emptied_section(context, pair)
    change = remove_pair(context.lines, pair.mapping, pair.place)
    key = pair.key.text if isinstance(pair.key, Scalar) else ""
    return None if change is None else Repair("remove", (change,), f"{short(key)}:")


def _emptied_section(context: Context, pair: PairSpot) -> Repair | None:
    """A section without its last key goes as a whole."""
    root = context.root
    pairs = root.pairs if isinstance(root, Mapping) and pair.mapping is not root else ()
    index = next((i for i, (_, value) in enumerate(pairs) if value is pair.mapping), None)
    if index is None or len(pairs) == 1 or not isinstance(root, Mapping):
        return None
    return _removed(context, PairSpot(root, index))


def rename_key(found: Found, context: Context) -> Repair | None:
    """Write the key that was meant."""
    pair, new = context.pair(found), found.diagnostic.params["suggestion"]
    if pair is None:
        return None
    change = replace(context.lines, pair.key, new, flow=pair.mapping.flow)
    return Repair("rename_key", (change,), new)


def duplicate_key(found: Found, context: Context) -> Repair | None:
    """Remove a key that repeats the first one; add the lines of a list to the first list."""
    pair = context.pair(found)
    if pair is None or not isinstance(pair.key, Scalar):
        return None
    first = next(
        v for k, v in pair.mapping.pairs if isinstance(k, Scalar) and k.text == pair.key.text
    )
    lines = context.lines
    if lines.text[first.start : first.end] == lines.text[pair.value.start : pair.value.end]:
        return _removed(context, pair)
    removed = remove_pair(lines, pair.mapping, pair.place)
    return merged(context, first, pair.value, removed, pair.key.text)


def merged(
    context: Context, first: Node, second: Node, removed: Change | None, name: str
) -> Repair | None:
    """Put the texts of the second list behind those of the first."""
    if removed is None or not isinstance(first, Sequence) or not isinstance(second, Sequence):
        return None
    texts = [item.text.strip() for item in second.items if isinstance(item, Scalar)]
    if len(texts) != len(second.items) or not texts:
        return None
    added = add_items(context.lines, first, len(first.items) - 1, texts)
    return None if added is None else Repair("merge", (added, removed), name)


def repeated_item(found: Found, context: Context) -> Repair | None:
    """Take out what is in the list already."""
    spot = context.spot(found)
    return None if spot is None or len(spot.sequence.items) == 1 else context.remove(spot)


def no_platform(found: Found, context: Context) -> Repair | None:
    """Take the item out; its section goes with the last one."""
    spot, root = context.spot(found), context.root
    if spot is None or not isinstance(root, Mapping):
        return None
    if len(spot.sequence.items) > 1:
        return context.remove(spot)
    index = next((i for i, (_, value) in enumerate(root.pairs) if value is spot.sequence), None)
    return None if index is None else _removed(context, PairSpot(root, index))


def channel_text(found: Found, context: Context) -> Repair | None:
    """A number in quotes is a text."""
    at = context.scalar(found)
    return context.write(at[0], at[1].text) if at and at[1].is_number else None


def without_login(found: Found, context: Context) -> Repair | None:
    """The address without user, password and token."""
    at = context.scalar(found)
    if at is None:
        return None
    return context.write(at[0], strip_credentials(at[1].text.strip()))


def mixed_channels(found: Found, context: Context) -> Repair | None:
    """Keep conda-forge: what both have is taken from there."""
    channels = context.channels
    places = [
        index
        for index, item in enumerate(channels.items if channels else ())
        if isinstance(item, Scalar) and _DEFAULTS.fullmatch(item.text.strip())
    ]
    if channels is None or len(places) == len(channels.items):
        return None
    removed = [remove_item(context.lines, channels, place) for place in places]
    changes = moved(*removed)
    return None if changes is None else Repair("remove", changes, "defaults", safe=False)


def as_list(found: Found, context: Context) -> Repair | None:
    """Write a single value, or several in one line, as a list."""
    node = _value_at(found, context)
    if isinstance(node, Mapping):
        return _pairs_as_list(context, node)
    if not isinstance(node, Scalar) or "\n" in context.lines.text[node.start : node.end]:
        return None
    text = node.text.strip()
    items = [text] if " " not in text and "," not in text else several(text)
    if not items:
        return None
    listed = f"[{', '.join(quoted(item, flow=True) for item in items)}]"
    return Repair("make_list", (Change(node.start, trimmed_end(context.lines, node), listed),))


def _value_at(found: Found, context: Context) -> Node | None:
    pairs = context.root.pairs if isinstance(context.root, Mapping) else ()
    values = [value for _, value in pairs]
    for item in context.dependencies.items if context.dependencies else ():
        values += [value for _, value in item.pairs] if isinstance(item, Mapping) else []
    return next((value for value in values if value.start == found.start), None)


def _pairs_as_list(context: Context, node: Mapping) -> Repair | None:
    """``numpy: 1.26`` on lines of their own, or in braces, are packages with their versions."""
    lines = context.lines
    texts = [_package(key, value) for key, value in node.pairs]
    if None in texts:
        return None
    if node.flow:
        listed = ", ".join(quoted(text, flow=True) for text in texts if text)
        return Repair("make_list", (Change(node.start, node.end, f"[{listed}]"),))
    changes = []
    for (key, value), text in zip(node.pairs, texts, strict=True):
        end = max(key.end, trimmed_end(lines, value))
        end += lines.text[end : end + 1] == ":"
        changes.append(Change(key.start, end, f"- {quoted(text or '', flow=False)}"))
    return Repair("make_list", tuple(changes))


def _package(key: Node, value: Node) -> str | None:
    if not (isinstance(key, Scalar) and isinstance(value, Scalar)):
        return None
    text = value.text.strip()
    if value.is_null or text in ("", "*"):
        return key.text
    return f"{key.text}{'' if text[0] in '<>=!~' else '='}{text}"


def variables(found: Found, context: Context) -> Repair | None:
    """``- NAME=value`` as ``NAME: value``."""
    node = _value_at(found, context)
    if not isinstance(node, Sequence) or node.flow:
        return None
    lines, changes = context.lines, []
    for item in node.items:
        dash = dash_of(lines, item)
        match = _ASSIGNMENT.fullmatch(item.text.strip()) if isinstance(item, Scalar) else None
        if dash is None or match is None:
            return None
        indent = "" if indent_of(lines, dash) else "  "
        text = f"{indent}{match['name']}: {quoted(match['value'].strip(), flow=False)}"
        changes.append(Change(dash, trimmed_end(lines, item), text))
    return Repair("write", tuple(changes), "NAME: value")


def platform(found: Found, context: Context) -> Repair | None:
    """The platform that was probably meant."""
    spot, text = context.spot(found), found.diagnostic.params["platform"].lower()
    close = [_PLATFORMS[text]] if text in _PLATFORMS else get_close_matches(text, SUBDIRS, n=1)
    return context.write(spot, close[0], safe=False) if spot and close else None


def name(found: Found, context: Context) -> Repair | None:
    """A name that environments can have."""
    pairs = context.root.pairs if isinstance(context.root, Mapping) else ()
    node = next((value for _, value in pairs if value.start == found.start), None)
    if node is None or "suggestion" not in found.diagnostic.params:
        return None
    new = found.diagnostic.params["suggestion"]
    return Repair("write", (replace(context.lines, node, new, flow=False),), new, safe=False)


def top_level_pip(context: Context, pair: PairSpot) -> Repair | None:
    """``pip:`` beside ``dependencies:`` as the last of its items."""
    dependencies, lines = context.dependencies, context.lines
    if dependencies is None or dependencies.flow or not dependencies.items or context.pip:
        return None
    dash = dash_of(lines, dependencies.items[-1])
    if dash is None or not isinstance(pair.value, Sequence) or pair.value.flow:
        return None
    gone = whole_lines(lines, pair.key.start, trimmed_end(lines, pair.value))
    indent, new = indent_of(lines, dash), lines.line_break
    texts = [item.text.strip() for item in pair.value.items if isinstance(item, Scalar)]
    if len(texts) != len(pair.value.items):
        return None
    children = "".join(f"{new}{indent}    - {quoted(text, flow=False)}" for text in texts)
    _, end = lines.span_of(trimmed_end(lines, dependencies.items[-1]))
    return Repair("indent_pip", (Change(end, end, f"{new}{indent}- pip:{children}"), gone))


TABLE: dict[str, Callable[[Found, Context], Repair | None]] = {
    "channel_duplicate": repeated_item,
    "channel_not_text": channel_text,
    "channels_empty": remove_key_of_value,
    "channels_mixed": mixed_channels,
    "channels_not_list": as_list,
    "credentials_in_url": without_login,
    "dependencies_not_list": as_list,
    "duplicate_key": duplicate_key,
    "key_misspelt": rename_key,
    "name_empty": remove_key_of_value,
    "name_forbidden": name,
    "nodefaults_contradicted": repeated_item,
    "pip_not_list": as_list,
    "platform_duplicate": repeated_item,
    "platform_noarch": no_platform,
    "platform_unknown": platform,
    "platforms_empty": remove_key_of_value,
    "platforms_not_list": as_list,
    "prefix_ignored": remove_key,
    "unknown_key_similar": rename_key,
    "variable_reserved": remove_key,
    "variables_empty": remove_key_of_value,
    "variables_not_mapping": variables,
}
