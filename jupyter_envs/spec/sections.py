"""The sections of an ``environment.yml`` other than its dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_envs.errors import NameForbidden

from .diagnostics import Findings
from .frozen import is_frozen_channel
from .match_specs import SUBDIRS
from .names import check_name
from .syntax import find_jinja
from .tree import Mapping, Node, Scalar, Sequence
from .urls import has_credentials

VARIABLE_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_VARIABLE = re.compile(VARIABLE_NAME)
# Activation sets these itself; conda reserves PATH too.
RESERVED_VARIABLES = frozenset(("PATH", "CONDA_PREFIX"))
_RISKY = frozenset((
    "LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT", "DYLD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES",
    "PYTHONPATH", "PYTHONHOME",
))  # fmt: skip
_BAD_CHANNEL = re.compile(r"-.*|.*[\s\[\]<>|,;=].*", re.DOTALL)
_CONDA_FORGE = re.compile(r"(?:.*/)?conda-forge/?")
_DEFAULTS = re.compile(r"defaults|https://repo\.anaconda\.com/pkgs/main/?")
_VARIABLE_REFERENCE = re.compile(r"\$\{?[A-Za-z_]|%[A-Za-z_]+%")


def read_name(node: Node, findings: Findings) -> str | None:
    """The name as written; None if empty. One that cannot be used is a warning: another may
    be given when the environment is made."""
    if not isinstance(node, Scalar):
        refuse_node(node, "name_not_text", findings)
        return None
    name = node.text.strip(" \n")
    if node.is_null or not name:
        findings.add("name_empty", node)
        return None
    if not name.isprintable():
        findings.add("name_not_text", node)
        return None
    try:
        check_name(name)
    except NameForbidden as error:
        findings.add("name_forbidden", node, **error.params)
    return name


def read_channels(node: Node, findings: Findings) -> tuple[str, ...]:
    """Channels in order of priority, each once, without ``nodefaults``."""
    channels: dict[str, None] = {}
    without: Node | None = None
    for item in _items(node, "channels", findings):
        channel = _channel(item, findings)
        if channel == "nodefaults":
            without = item
        elif channel in channels:
            findings.add("channel_duplicate", item, channel=channel)
        elif channel is not None:
            channels[channel] = None
            _check_mix(channels, item, findings)
    if without is not None and "defaults" in channels:
        findings.add("nodefaults_contradicted", without)
    return tuple(channels)


def read_platforms(node: Node, findings: Findings) -> tuple[str, ...]:
    """Platforms as conda names them, each once, in the order of the file."""
    platforms: dict[str, None] = {}
    for item in _items(node, "platforms", findings):
        text = item.text.strip(" \n") if isinstance(item, Scalar) else "?"
        if text == "noarch":
            findings.add("platform_noarch", item)
        elif text not in SUBDIRS:
            findings.add("platform_unknown", item, platform=text)
        elif text in platforms:
            findings.add("platform_duplicate", item, platform=text)
        else:
            platforms[text] = None
    if platforms:
        findings.add("platforms_no_limit", node)
    return tuple(platforms)


def read_variables(node: Node, findings: Findings) -> dict[str, str]:
    """Environment variables; values are the text as written."""
    if isinstance(node, Scalar) and node.is_null:
        findings.add("variables_empty", node)
        return {}
    if not isinstance(node, Mapping):
        refuse_node(node, "variables_not_mapping", findings)
        return {}
    variables: dict[str, str] = {}
    for key, value in node.pairs:
        name = _variable_name(key, variables, findings)
        text = None if name is None else _variable_value(name, value, findings)
        if name is not None and text is not None:
            variables[name] = text
    return variables


def refuse_node(node: Node, code: str, findings: Findings, **params: str) -> None:
    """Record that a node has the wrong form; a template that was not filled in is named so.

    ``{{ x }}`` without quotes is a mapping whose key is a mapping.
    """
    template = find_jinja(findings.lines.text[node.start : node.end + 2])
    if template and isinstance(node, Mapping) and node.flow:
        findings.add("jinja", node, text=template)
    else:
        findings.add(code, node, **params)


def _items(node: Node, section: str, findings: Findings) -> Iterator[Node]:
    if isinstance(node, Sequence):
        yield from node.items
    elif isinstance(node, Scalar) and node.is_null:
        findings.add(f"{section}_empty", node)
    else:
        refuse_node(node, f"{section}_not_list", findings)


def _channel(item: Node, findings: Findings) -> str | None:
    if not isinstance(item, Scalar) or item.is_null or item.is_number:
        refuse_node(item, "channel_not_text", findings)
        return None
    channel = item.text.strip(" \n")
    template = find_jinja(channel)
    if template:
        findings.add("jinja", item, text=template)
        return None
    if not channel or not channel.isprintable() or _BAD_CHANNEL.fullmatch(channel):
        findings.add("channel_invalid", item, channel=channel)
        return None
    if has_credentials(channel):
        findings.add("credentials_in_url", item, url=channel)
    if _VARIABLE_REFERENCE.search(channel):
        findings.add("channel_variable", item, channel=channel)
    return channel


def _check_mix(channels: dict[str, None], item: Node, findings: Findings) -> None:
    """Warn once, at the channel that completes the mixture."""
    *before, newest = channels
    if is_frozen_channel(newest):
        findings.add("channel_frozen", item, channel=newest)
    for one, other in ((_CONDA_FORGE, _DEFAULTS), (_DEFAULTS, _CONDA_FORGE)):
        seen = any(other.fullmatch(c) for c in before)
        if one.fullmatch(newest) and seen and not any(one.fullmatch(c) for c in before):
            findings.add("channels_mixed", item)


def _variable_name(key: Node, seen: dict[str, str], findings: Findings) -> str | None:
    if not isinstance(key, Scalar):
        refuse_node(key, "key_not_text", findings)
    elif key.text == "<<" and key.plain:
        findings.add("merge_key", key)
    elif not _VARIABLE.fullmatch(key.text):
        findings.add("variable_name", key, name=key.text)
    elif key.text in RESERVED_VARIABLES:
        findings.add("variable_reserved", key, name=key.text)
    elif key.text in seen:
        findings.add("duplicate_key", key, key=key.text)
    else:
        if key.text in _RISKY:
            findings.add("variable_risky", key, name=key.text)
        return key.text
    return None


def _variable_value(name: str, value: Node, findings: Findings) -> str | None:
    if not isinstance(value, Scalar):
        refuse_node(value, "variable_not_text", findings, name=name)
    elif "\0" in value.text:
        findings.add("variable_nul", value, name=name)
    else:
        return value.text
    return None
