"""Bytes of an ``environment.yml`` to a Spec and its diagnostics."""

from __future__ import annotations

from difflib import get_close_matches

import msgspec

from jupyter_envs.errors import SpecInvalid

from .consistency import check_together, needs_pip
from .dependencies import Dependencies, read_dependencies
from .diagnostics import Diagnostic, Findings, as_builtins
from .document import Document, read_document
from .extension import is_extension
from .machine import GpuMachine
from .model import Spec
from .sections import read_channels, read_name, read_platforms, read_variables, refuse_node
from .tree import Mapping, Node, Scalar

# CEP 24: its keys, and what we do not use of them.
KEYS = ("name", "channels", "dependencies", "platforms", "variables")
_IGNORED = {"prefix": "prefix_ignored", "category": "category_ignored"}
# To lose one of these is to get another environment than the one that was written down.
_ESSENTIAL = frozenset(("channels", "dependencies", "variables"))


class ParsedSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of a file; ``spec`` is None if any of the diagnostics is an error."""

    file: str
    spec: Spec | None
    diagnostics: tuple[Diagnostic, ...]


def parse_spec(
    data: bytes, *, file: str = "environment.yml", machine: GpuMachine | None = None
) -> ParsedSpec:
    """Parse a file's bytes. Never raises, whatever they are; the time is bounded by their size.

    ``file`` is the name that people know the file by. Fixes that depend on a GPU are for
    ``machine``; without one they are for any.
    """
    # Here, for most processes that read files show no fixes.
    from .repairs import with_fixes

    document, findings, spec = _parse(data)
    return ParsedSpec(
        file=file,
        spec=spec,
        diagnostics=with_fixes(findings, document.root if document else None, _found_in, machine),
    )


def _parse(data: bytes) -> tuple[Document | None, Findings, Spec | None]:
    document, findings = read_document(data)
    spec = None if document is None else _read(document, findings)
    return document, findings, None if findings.has_error else spec


def _found_in(text: str) -> tuple[Diagnostic, ...]:
    return _parse(text.encode("utf-8", errors="surrogatepass"))[1].in_order()


def read_spec(data: bytes, file: str) -> Spec:
    """Parse a file's bytes to its Spec.

    Raises SpecInvalid with the first error as reason and all diagnostics as details.
    """
    _, findings, spec = _parse(data)
    if spec is not None:
        return spec
    diagnostics = findings.in_order()
    first = next(d for d in diagnostics if d.severity == "error")
    # The catalogue's texts say what is wrong, and then, where they can, what to do.
    what, _, advice = first.message.partition(". ")
    raise SpecInvalid(
        file=file,
        reason=f"line {first.start.line}: {what.rstrip('.')}",
        hint=advice or None,
        details=[as_builtins(d) for d in diagnostics],
    )


def _read(document: Document, findings: Findings) -> Spec | None:
    root = document.root
    if isinstance(root, Scalar) and root.is_null:
        findings.add("file_empty", root)
        return None
    if not isinstance(root, Mapping):
        refuse_node(root, "not_mapping", findings)
        return None
    sections = _sections(root, findings)
    channels = read_channels(sections["channels"], findings) if "channels" in sections else ()
    dependencies = _dependencies(sections, channels or None, findings)
    spec = Spec(
        name=read_name(sections["name"], findings) if "name" in sections else None,
        channels=channels,
        dependencies=tuple(d.text for d, _ in dependencies.conda),
        pip=tuple(line.text for line, _ in dependencies.pip),
        variables=(
            read_variables(sections["variables"], findings) if "variables" in sections else {}
        ),
        platforms=(
            read_platforms(sections["platforms"], findings) if "platforms" in sections else ()
        ),
    )
    if needs_pip(dependencies):
        # As conda and mamba do: an environment with pip packages has pip.
        return msgspec.structs.replace(spec, dependencies=(*spec.dependencies, "pip"))
    return spec


def _sections(root: Mapping, findings: Findings) -> dict[str, Node]:
    """The values of the known keys; other keys go to ``findings``."""
    sections: dict[str, Node] = {}
    present = {key.text for key, _ in root.pairs if isinstance(key, Scalar)}
    seen: set[str] = set()
    for key, value in root.pairs:
        if not isinstance(key, Scalar) or key.is_null:
            refuse_node(key, "key_not_text", findings)
        elif key.text in seen:
            findings.add("duplicate_key", key, key=key.text)
        elif key.text in KEYS:
            sections[key.text] = value
        else:
            _other_key(key, present, findings)
        if isinstance(key, Scalar):
            seen.add(key.text)
    return sections


def _other_key(key: Scalar, present: set[str], findings: Findings) -> None:
    if key.text in _IGNORED:
        findings.add(_IGNORED[key.text], key)
    elif key.text == "pip":
        findings.add("pip_indentation", key)
    elif is_extension(key.text):
        return
    elif key.text == "<<":
        findings.add("merge_key", key)
    else:
        missing = [known for known in KEYS if known not in present]
        close = get_close_matches(key.text.strip().lower()[:40], missing, n=1, cutoff=0.8)
        if not close:
            findings.add("unknown_key", key, key=key.text)
        else:
            code = "key_misspelt" if close[0] in _ESSENTIAL else "unknown_key_similar"
            findings.add(code, key, key=key.text, suggestion=close[0])


def _dependencies(
    sections: dict[str, Node], channels: tuple[str, ...] | None, findings: Findings
) -> Dependencies:
    node = sections.get("dependencies")
    if node is None:
        if not findings.has_error:
            findings.add_range("dependencies_missing", 0, 0)
        return Dependencies()
    read = read_dependencies(node, findings)
    check_together(read, channels, findings)
    return read
