"""Lines as they were meant: corrections of one dependency or one pip line, as texts.

A correction is only given where what comes out can be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from jupyter_envs.spec.match_specs import Dependency
from jupyter_envs.spec.pip_lines import classify_pip_line

from .context import readable

_REVERSED = re.compile(r"=([<>])")
_TWO_CONDITIONS = re.compile(r"(?<=[0-9A-Za-z*]) *(?=(?:[<>!~]|==))")
_SPACED = re.compile(r"\s*=\s*")
_COMMAND = re.compile(r"(?:pip|pip3|conda|mamba)\s+(?:install|add)\s+(?P<rest>\S.*)")


def _reversed(text: str) -> str:
    return _REVERSED.sub(r"\1=", text)


def _two_conditions(text: str) -> str:
    name = re.match(r"(?:\S+::)?[\w.-]+ *(?:[<>=!~]=?)? *", text)
    start = name.end() if name else 0
    return text[:start] + _TWO_CONDITIONS.sub(",", text[start:])


def _visible(text: str) -> str:
    spaces = "".join(" " if c.isspace() else c for c in text)
    return " ".join("".join(c for c in spaces if c.isprintable()).split())


def _version(text: str) -> str:
    tidy = text.replace("===", "==").rstrip(" ,|")
    return re.sub(r"([<>!=~]) +=", r"\1=", tidy)


_DEPENDENCY: dict[str, Callable[[str], str]] = {
    "match_spec_reversed": _reversed,
    "match_spec_two_conditions": _two_conditions,
    "match_spec_character": _visible,
    "match_spec_version": _version,
    "match_spec_build": lambda text: _SPACED.sub("=", text),
    "match_spec_brackets_open": lambda text: text + "]",
    "version_conda_differs": lambda text: re.sub(r"([,|]) +=", r"\1=", text),
}


def corrected(code: str, text: str) -> str | None:
    """A dependency without the mistake ``code``; None where it is not clear what was meant."""
    correct = _DEPENDENCY.get(code)
    new = correct(text.strip()) if correct else None
    return new if new and new != text.strip() and readable(new) is not None else None


def corrected_pip(text: str) -> str | None:
    """A line that pip understands in the place of one that it does not."""
    tries = (_reversed(text), _two_conditions(text), _reversed(_two_conditions(text)),
             re.sub(r"^([\w.-]+)\s+([0-9][\w.]*)$", r"\1==\2", text))  # fmt: skip
    return next((t for t in tries if classify_pip_line(t).kind == "requirement"), None)


def several(text: str, *, commands: bool = False) -> list[str] | None:
    """The packages that stand in one text; None where one of the parts is none."""
    command = _COMMAND.fullmatch(text.strip())
    if command and not commands:
        return None
    parts = re.split(r"[\s,]+", command["rest"] if command else text.strip())
    named = [part for part in parts if re.match(r"[A-Za-z_]", part)]
    return parts if len(named) == len(parts) and all(map(readable, parts)) else None


def unpinned(dependency: Dependency) -> str | None:
    """A dependency without its build; its version stays exact."""
    if dependency.fields or dependency.extras or not dependency.version:
        return None
    version = dependency.version.replace(" ", "")
    exact = re.fullmatch(r"=?([^<>=!~*,|]+)", version)
    prefix = dependency.text.rpartition("::")[0]
    name = f"{prefix}::{dependency.name}" if prefix else dependency.name
    return f"{name}=={exact[1]}" if exact else f"{name}{version}"


def as_pip(dependency: Dependency, extras: Iterable[str] = ()) -> str | None:
    """A dependency as pip writes it; None where pip has no words for it."""
    if dependency.channel or dependency.build or dependency.fields or dependency.url:
        return None
    version = (dependency.version or "").replace(" ", "")
    if re.fullmatch(r"=[0-9][\w.]*", version):
        version = f"=={version[1:]}.*"
    elif re.fullmatch(r"[0-9][\w.]*(?:\.\*)?", version):
        version = f"=={version}"
    listed = f"[{','.join(extras)}]" if extras else ""
    line = f"{dependency.name}{listed}{version}"
    return line if classify_pip_line(line).kind == "requirement" else None


def as_conda(line: str, name: str) -> str | None:
    """A pip line as a dependency of conda called ``name``; None where conda has no words for it."""
    found = re.fullmatch(r"[\w.-]+\s*(?P<version>[^\[;@#]*)", line)
    if found is None or "===" in line or "+" in line:
        return None
    parts = [_for_conda(part.replace(" ", "")) for part in found["version"].split(",")]
    new = name + ",".join(part for part in parts if part)
    return new if readable(new) is not None else None


def _for_conda(condition: str) -> str:
    """One condition of pip; ``~=1.4.2`` is spelt out, for conda deprecates that operator."""
    compatible = re.fullmatch(r"~=(?P<base>[0-9]+(?:\.[0-9]+)*)\.[0-9]+", condition)
    if not compatible:
        return condition
    *head, last = compatible["base"].split(".")
    return f">={condition[2:]},<{'.'.join([*head, str(int(last) + 1)])}"
