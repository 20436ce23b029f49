"""Wheels as conda packages: pure ones become noarch python, compiled ones one per Python minor."""

from __future__ import annotations

import base64
import configparser
import hashlib
import stat
import zipfile
from collections.abc import Iterator, Sequence
from email.message import Message
from email.parser import Parser
from pathlib import Path

import msgspec
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.support.channel.archive import PLACEHOLDER, Entry, Recipe
from tests.support.channel.interpreters import Interpreter

# Distribution name -> conda package name where conda-forge's is not the canonical form
# (names read in its repodata); "tzdata" is another package there.
CONDA_NAMES = {
    "bash-kernel": "bash_kernel",
    "importlib-metadata": "importlib_metadata",
    "ipython-pygments-lexers": "ipython_pygments_lexers",
    "jupyter-client": "jupyter_client",
    "jupyter-core": "jupyter_core",
    "prompt-toolkit": "prompt-toolkit",
    "pure-eval": "pure_eval",
    "stack-data": "stack_data",
    "typing-extensions": "typing_extensions",
    "tzdata": "python-tzdata",
}

_SCRIPT = """#!{placeholder}/bin/python
import sys
from {module} import {first}
if __name__ == "__main__":
    sys.exit({function}())
"""


class Wheel(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel read into memory. ``members`` maps its paths to (content, executable)."""

    file_name: str
    dist_info: str
    metadata: Message
    entry_points: tuple[str, ...]
    members: dict[str, tuple[bytes, bool]]

    @property
    def pure(self) -> bool:
        """Whether it runs on any platform and, metadata permitting, any Python 3."""
        return self.file_name.endswith("-none-any.whl")

    @property
    def conda_name(self) -> str:
        """Name of the conda package made from it."""
        return conda_name(self.metadata["Name"])


def conda_name(distribution: str) -> str:
    """The conda package that provides a distribution."""
    canonical = canonicalize_name(distribution)
    return CONDA_NAMES.get(canonical, canonical)


def read_wheel(path: Path) -> Wheel:
    """Read a wheel file."""
    with zipfile.ZipFile(path) as archive:
        members = {
            item.filename: (archive.read(item), bool(item.external_attr >> 16 & stat.S_IXUSR))
            for item in archive.infolist()
            if not item.is_dir()
        }
    roots = (name.partition("/")[0] for name in members)
    dist_info = next(root for root in roots if root.endswith(".dist-info"))
    return Wheel(
        file_name=path.name,
        dist_info=dist_info,
        metadata=Parser().parsestr(members[f"{dist_info}/METADATA"][0].decode()),
        entry_points=tuple(_entry_points(members.get(f"{dist_info}/entry_points.txt"))),
        members=members,
    )


def _entry_points(member: tuple[bytes, bool] | None) -> Iterator[str]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # documented way to keep case
    parser.read_string(member[0].decode() if member else "")
    for section in ("console_scripts", "gui_scripts"):
        if parser.has_section(section):
            for name, target in parser.items(section):
                yield f"{name} = {target.partition('[')[0].strip()}"


def wheel_recipes(
    wheel: Wheel,
    everyone: Sequence[Interpreter],
    chosen_for: Sequence[Interpreter],
    extra: Sequence[Entry] = (),
) -> list[Recipe]:
    """The conda packages of one wheel.

    ``everyone`` are the Pythons of the channel, ``chosen_for`` those that pip chose the wheel
    for. A pure wheel is one package for all when its dependencies are the same for all, else
    one per minor (still noarch, with ``python`` narrowed), so that nothing is approximated.
    """
    if not wheel.pure:
        return [_compiled(wheel, interpreter, extra) for interpreter in chosen_for]
    requires = (wheel.metadata["Requires-Python"] or "").replace(" ", "")
    able = [i for i in everyone if SpecifierSet(requires).contains(i.version, prereleases=True)]
    dependencies = {interpreter.minor: _depends(wheel, interpreter) for interpreter in able}
    if len(set(dependencies.values())) == 1:
        python = f"python {requires}".strip()
        return [_pure(wheel, "pyh_0", (python, *dependencies[able[0].minor]), extra)]
    return [_pure(wheel, f"{i.tag}h_0", (_only(i), *dependencies[i.minor]), extra) for i in able]


def _only(interpreter: Interpreter) -> str:
    return f"python >={interpreter.minor},<{interpreter.upper_bound}"


def _depends(wheel: Wheel, interpreter: Interpreter) -> tuple[str, ...]:
    """What the wheel needs under one Python, in conda's words; extras are left out."""
    environment = {
        **{key: str(value) for key, value in default_environment().items()},
        "python_version": interpreter.minor,
        "python_full_version": interpreter.version,
        "implementation_version": interpreter.version,
        "extra": "",
    }
    needed = (Requirement(line) for line in wheel.metadata.get_all("Requires-Dist") or ())
    return tuple(
        sorted(
            f"{conda_name(item.name)} {','.join(sorted(map(str, item.specifier)))}".strip()
            for item in needed
            if item.marker is None or item.marker.evaluate(environment)
        )
    )


def _pure(wheel: Wheel, build: str, depends: tuple[str, ...], extra: Sequence[Entry]) -> Recipe:
    files = [*_files(wheel, "site-packages", "python-scripts"), *extra]
    return Recipe(
        name=wheel.conda_name,
        version=_version(wheel),
        build=build,
        noarch="python",
        depends=depends,
        license=_licence(wheel),
        summary=wheel.metadata["Summary"] or "",
        entry_points=wheel.entry_points,
        files=(*files, _record(wheel, files, "site-packages")),
    )


def _compiled(wheel: Wheel, interpreter: Interpreter, extra: Sequence[Entry]) -> Recipe:
    site = interpreter.site_packages
    scripts = (_script(entry_point) for entry_point in wheel.entry_points)
    files = [*_files(wheel, site, "bin"), *scripts, *extra]
    abi = f"python_abi {interpreter.minor}.* *_{interpreter.tag.replace('py', 'cp')}"
    return Recipe(
        name=wheel.conda_name,
        version=_version(wheel),
        build=f"{interpreter.tag}_0",
        noarch=None,
        depends=(_only(interpreter), abi, *_depends(wheel, interpreter)),
        license=_licence(wheel),
        summary=wheel.metadata["Summary"] or "",
        files=(*files, _record(wheel, files, site)),
    )


def _version(wheel: Wheel) -> str:
    version: str = wheel.metadata["Version"]
    return version.replace("-", "_")


def _licence(wheel: Wheel) -> str:
    text = wheel.metadata["License-Expression"] or wheel.metadata["License"] or "unknown"
    first: str = text.splitlines()[0]
    return first[:60]


def _files(wheel: Wheel, site: str, scripts: str) -> Iterator[Entry]:
    """The wheel's files at their places below a prefix (the wheel format's install step)."""
    places = {"purelib": site, "platlib": site, "scripts": scripts, "data": "."}
    for path, (data, executable) in wheel.members.items():
        root, _, rest = path.partition("/")
        if path == f"{wheel.dist_info}/RECORD":
            continue
        if not root.endswith(".data"):
            yield Entry(f"{site}/{path}", data, executable)
            continue
        kind, _, rest = rest.partition("/")
        if kind not in places:  # "headers": nothing in tests compiles against them
            continue
        target = rest if kind == "data" else f"{places[kind]}/{rest}"
        yield _with_shebang(target, data) if kind == "scripts" else Entry(target, data, executable)
    yield Entry(f"{site}/{wheel.dist_info}/INSTALLER", b"conda\n")
    yield Entry(f"{site}/{wheel.dist_info}/REQUESTED")


def _with_shebang(path: str, data: bytes) -> Entry:
    if not data.startswith(b"#!python"):
        return Entry(path, data, executable=True)
    _, _, body = data.partition(b"\n")
    shebang = f"#!{PLACEHOLDER}/bin/python\n".encode()
    return Entry(path, shebang + body, executable=True, prefix="text")


def _script(entry_point: str) -> Entry:
    name, _, target = entry_point.partition(" = ")
    module, _, function = target.partition(":")
    text = _SCRIPT.format(
        placeholder=PLACEHOLDER,
        module=module,
        first=function.partition(".")[0],
        function=function,
    )
    return Entry(f"bin/{name}", text.encode(), executable=True, prefix="text")


def _record(wheel: Wheel, files: Sequence[Entry], site: str) -> Entry:
    """The list of installed files that ``pip`` and ``importlib.metadata`` read."""
    up = "../../../"
    lines = []
    for entry in files:
        inside = entry.path.startswith(f"{site}/")
        place = entry.path.removeprefix(f"{site}/") if inside else up + entry.path
        digest = hashlib.sha256(entry.data).digest()
        encoded = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        # The installer rewrites prefixes, so their hash is not known here.
        known = f"sha256={encoded},{len(entry.data)}" if entry.prefix is None else ","
        lines.append(f"{place},{known}\n")
    lines.append(f"{wheel.dist_info}/RECORD,,\n")
    return Entry(f"{site}/{wheel.dist_info}/RECORD", "".join(lines).encode())
