"""The ``dependencies:`` list with its ``pip:`` section."""

from __future__ import annotations

import re

from jupyter_envs.errors import MatchSpecInvalid

from .diagnostics import Findings
from .match_specs import Dependency, plain_dependency, split_dependency
from .pip_section import PipItem, read_pip
from .sections import refuse_node
from .selectors import is_selector_key, note_selector
from .tree import Mapping, Node, Scalar, Sequence
from .urls import has_credentials

_TIGHT_DASH = re.compile(r"-[A-Za-z][\w.=<>]*")
_VERSION_LIKE = re.compile(r"[0-9<>=!~*]")
# What py-rattler reads and conda refuses: see the comparison in the tests of match specs.
_CONDA_DIFFERS = re.compile(r"~=[^,|]*\*|[,|] +=(?!=)")
_BARE_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Dependencies:
    """What the list holds, while it is read: each value with the node it came from."""

    def __init__(self) -> None:
        self.conda: list[tuple[Dependency, Scalar]] = []
        self.pip: list[PipItem] = []
        self.pip_key: Scalar | None = None


def read_dependencies(node: Node, findings: Findings) -> Dependencies:
    """Read the list; what is wrong in it goes to ``findings`` and is left out."""
    read = Dependencies()
    if isinstance(node, Scalar) and node.is_null:
        findings.add("dependencies_empty", node)
    elif isinstance(node, Sequence):
        if not node.items:
            findings.add("dependencies_empty", node)
        for index, item in enumerate(node.items):
            _read_item(item, node.items, index, read, findings)
    else:
        _refuse_list(node, findings)
    return read


def _refuse_list(node: Node, findings: Findings) -> None:
    tight = _TIGHT_DASH.match(node.text) if isinstance(node, Scalar) and node.plain else None
    if tight:
        findings.add("dash_needs_space", node, text=tight[0])
    else:
        refuse_node(node, "dependencies_not_list", findings)


def _read_item(
    item: Node, items: tuple[Node, ...], index: int, read: Dependencies, findings: Findings
) -> None:
    if isinstance(item, Scalar):
        dependency = _read_text(item, findings)
        if dependency is not None:
            read.conda.append((dependency, item))
    elif isinstance(item, Mapping) and item.pairs:
        for key, value in item.pairs:
            _read_pair(key, value, item, items[index + 1 :], read, findings)
    else:
        refuse_node(item, "dependency_not_text", findings)


def _read_text(item: Scalar, findings: Findings) -> Dependency | None:
    text = item.text.strip()
    if text[:1].isalpha() and " " not in text and item.tag is None:
        plain = plain_dependency(text)
        if plain is not None and not item.is_null:
            note_selector(item, findings)
            return plain
    if item.is_null or not text:
        findings.add("dependency_empty", item)
    elif item.is_number:
        findings.add("dependency_number", item, text=text)
    elif _spans_lines(item, findings):
        code = "pip_indentation" if text.startswith("pip - ") else "dependency_spans_lines"
        findings.add(code, item, text=text)
    else:
        return _read_spec(text, item, findings)
    return None


def _spans_lines(item: Scalar, findings: Findings) -> bool:
    """Whether a text was folded from several lines: a dash is missing or at a wrong place."""
    written = findings.lines.text[item.start : item.end].strip()
    return "\n" in item.text.strip() or (item.plain and "\n" in written)


def _read_spec(text: str, item: Scalar, findings: Findings) -> Dependency | None:
    try:
        dependency = split_dependency(text)
    except MatchSpecInvalid as error:
        params = {k: v for k, v in error.params.items() if k not in ("reason", "problem")}
        findings.add(error.params["problem"], item, **params)
        return None
    note_selector(item, findings)
    _remark(dependency, item, findings)
    return dependency


def _remark(dependency: Dependency, item: Scalar, findings: Findings) -> None:
    """Warnings about one valid dependency."""
    if has_credentials(dependency.text):
        findings.add("credentials_in_url", item, url=dependency.text)
    if dependency.extras:
        extras = ", ".join(dependency.extras)
        findings.add("extras_ignored", item, extras=extras, name=dependency.name)
    version = dependency.version or ""
    if _CONDA_DIFFERS.search(version):
        findings.add("version_conda_differs", item, version=version)
    if _BARE_VERSION.fullmatch(version) and not (dependency.build or dependency.fields):
        suggestion = f"{dependency.name}={version}"
        findings.add(
            "version_exact", item, spec=dependency.text, version=version, suggestion=suggestion
        )


def _read_pair(
    key: Node,
    value: Node,
    item: Mapping,
    after: tuple[Node, ...],
    read: Dependencies,
    findings: Findings,
) -> None:
    """One ``key: value`` in the list: the pip section, a selector, or a mistake."""
    if not isinstance(key, Scalar):
        refuse_node(item, "dependency_not_text", findings)
    elif key.text == "pip":
        _read_pip_section(key, value, after, read, findings)
    elif is_selector_key(key.text):
        findings.add("selector_item", key, selector=key.text)
    elif isinstance(value, Scalar) and key.text not in ("conda", "npm", "cran"):
        _refuse_mapping(key, value, findings)
    else:
        findings.add("subsection_unknown", key, name=key.text)


def _read_pip_section(
    key: Scalar, value: Node, after: tuple[Node, ...], read: Dependencies, findings: Findings
) -> None:
    if read.pip_key is not None:
        findings.add("pip_twice", key)
    elif isinstance(value, Scalar) and value.is_null and after:
        # "- pip:" and then items of the same list: those were to be below it.
        findings.add("pip_indentation", key)
    else:
        read.pip_key = key
        read.pip = read_pip(key, value, findings)


def _refuse_mapping(key: Scalar, value: Scalar, findings: Findings) -> None:
    name, text = key.text.strip(), value.text.strip()
    if value.is_null or not text:
        suggestion = name
    elif _VERSION_LIKE.match(text):
        suggestion = f"{name}{'' if text[0] in '<>=!~' else '='}{text}"
    else:
        suggestion = f"{name}=VERSION"
    findings.add_range(
        "dependency_is_mapping", key.start, value.end, name=name, suggestion=suggestion
    )
