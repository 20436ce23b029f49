"""The Pythons found on this machine, and a conda package of ``python`` made from one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.support.channel.archive import PLACEHOLDER, Entry, Recipe

MINORS = tuple(f"3.{n}" for n in range(10, 15))

# Left out: what an environment does not need, and what belongs to the machine it came from.
_NOT_PACKAGED = frozenset(
    {
        *("__pycache__", "test", "tests", "idlelib", "turtledemo", "ensurepip", "lib2to3"),
        *("site-packages", "dist-packages", "EXTERNALLY-MANAGED"),
    }
)

_DESCRIBE = """
import json, ssl, sys, sysconfig
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3],
    "base": sys.base_prefix,
    "stdlib": sysconfig.get_path("stdlib"),
    "library": sysconfig.get_config_var("INSTSONAME") or "",
    "library_dir": sysconfig.get_config_var("LIBDIR") or "",
}))
"""

# Run in the packaged copy: where it thinks it is, and whether its library is its own.
_RELOCATED = """
import sys, zlib
maps = open("/proc/self/maps").read().splitlines()
own = all(sys.prefix in line for line in maps if "libpython" in line and LIBRARY)
print(sys.prefix if own else "")
"""


class Interpreter(msgspec.Struct, frozen=True, kw_only=True):
    """A CPython installation, as it describes itself."""

    executable: str
    version: str
    base: str
    stdlib: str
    library: str
    library_dir: str

    @property
    def minor(self) -> str:
        """``3.11``"""
        return self.version.rpartition(".")[0]

    @property
    def tag(self) -> str:
        """``py311``"""
        return "py" + self.minor.replace(".", "")

    @property
    def upper_bound(self) -> str:
        """First version that is no longer this minor, as conda packages write it."""
        return f"3.{int(self.minor.partition('.')[2]) + 1}.0a0"

    @property
    def site_packages(self) -> str:
        """Where packages of this interpreter live, relative to a prefix."""
        return f"lib/python{self.minor}/site-packages"


def running_executable() -> Path:
    """The interpreter below a virtual environment, if this is one."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def other_executables() -> list[Path]:
    """Executables of other minors on this machine, the most wanted first.

    Nearest newer minors first, then older ones. None is run here: this decides the cache key
    and has to be quick.
    """
    here = MINORS.index(running_minor())
    wanted = (*MINORS[here + 1 :], *reversed(MINORS[:here]))
    return list(dict.fromkeys(path for minor in wanted for path in _installed(minor)))


def running_minor() -> str:
    """Minor version of the interpreter that runs this."""
    return f"3.{sys.version_info.minor}"


def identity(executable: Path) -> str:
    """Changes when the interpreter is replaced by another build."""
    status = executable.stat()
    return f"{executable}:{status.st_size}:{status.st_mtime_ns}"


def _installed(minor: str) -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    folders = [path / "bin" for path in sorted(pyenv.glob(f"{minor}.*"), reverse=True)]
    folders += [Path(part) for part in os.get_exec_path()]
    folders.append(Path("/usr/bin"))
    for folder in folders:
        executable = (folder / f"python{minor}").resolve()
        if _is_program(executable):
            yield executable


def _is_program(path: Path) -> bool:
    # pyenv's shims carry the same names but are shell scripts that may refuse to run.
    try:
        with path.open("rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def describe(executable: Path) -> Interpreter | None:
    """Ask an interpreter about itself; None when it does not run or has no ssl."""
    answer = subprocess.run(
        [executable, "-I", "-c", _DESCRIBE],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if answer.returncode != 0:
        return None
    return Interpreter(executable=str(executable), **json.loads(answer.stdout))


def python_recipe(interpreter: Interpreter) -> Recipe:
    """The package ``python``: executable, shared library if it has one, standard library.

    Libraries of the system (OpenSSL, libffi, ...) stay the host's, so the package is good for
    tests on this machine only.
    """
    minor, cp = interpreter.minor, interpreter.tag.replace("py", "cp")
    return Recipe(
        name="python",
        version=interpreter.version,
        build="0_cpython",
        noarch=None,
        # As conda-forge's: who solves without virtual packages finds no python.
        depends=("__glibc >=2.17,<3.0.a0", f"python_abi {minor}.* *_{cp}"),
        constrains=(f"python_abi {minor}.* *_{cp}",),
        license="Python-2.0",
        summary="CPython of this machine, repackaged for tests",
        site_packages=interpreter.site_packages,
        files=(*_programs(interpreter), *_standard_library(interpreter)),
    )


def abi_recipe(interpreter: Interpreter) -> Recipe:
    """The package ``python_abi`` that ties compiled packages to one minor."""
    minor = interpreter.minor
    return Recipe(
        name="python_abi",
        version=minor,
        build=f"0_{interpreter.tag.replace('py', 'cp')}",
        constrains=(f"python {minor}.* *_cpython",),
    )


def _programs(interpreter: Interpreter) -> Iterator[Entry]:
    name = f"python{interpreter.minor}"
    program = Path(interpreter.executable).read_bytes()
    if interpreter.library and interpreter.library.encode() in program:
        library = Path(interpreter.library_dir, interpreter.library)
        yield Entry(f"lib/{interpreter.library}", library.read_bytes(), executable=True)
        program = _search_own_library(program, interpreter.library_dir)
    yield Entry(f"bin/{name}", program, executable=True)
    yield Entry("bin/python", target=name)
    yield Entry("bin/python3", target=name)


def _search_own_library(program: bytes, library_dir: str) -> bytes:
    """Point the ELF search path, an absolute folder, at ``lib`` beside the program's ``bin``.

    Without this the packaged program would load the library of its origin.
    """
    old, new = library_dir.encode() + b"\0", b"$ORIGIN/../lib\0"
    return program.replace(old, new.ljust(len(old), b"\0")) if len(new) <= len(old) else program


def _standard_library(interpreter: Interpreter) -> Iterator[Entry]:
    root, inside = Path(interpreter.stdlib), f"lib/python{interpreter.minor}"
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if _is_packaged(name)]
        for name in filter(_is_packaged, names):
            path = Path(folder, name)
            # Debian links some modules to absolute places such as /etc.
            if not path.is_symlink() or path.resolve().is_relative_to(root):
                relative = path.relative_to(root).as_posix()
                yield _module(interpreter, f"{inside}/{relative}", path.read_bytes())
    yield Entry(f"{inside}/site-packages/README.txt")
    if interpreter.base == "/usr" and b"dist-packages" in (root / "site.py").read_bytes():
        # Debian's site module, frozen into the program, looks only into dist-packages.
        yield Entry(f"{inside}/dist-packages", target="site-packages")


def _is_packaged(name: str) -> bool:
    return name not in _NOT_PACKAGED and not name.startswith("config-") and name[-2:] != ".a"


def _module(interpreter: Interpreter, path: str, data: bytes) -> Entry:
    if "/_sysconfigdata" in path and interpreter.base != "/usr":
        # The one place where CPython keeps its origin; it finds itself otherwise.
        # "/usr" stays: it is also part of paths that mean the system.
        replaced = data.replace(interpreter.base.encode(), PLACEHOLDER.encode())
        return Entry(path, replaced, prefix="text" if replaced != data else None)
    if re.search(r"/sysconfig(/__init__)?\.py$", path):
        data = re.sub(rb"(LAYOUT', |prefix_scheme = )'posix_local'", rb"\1'posix_prefix'", data)
    return Entry(path, data)


def works_elsewhere(recipe: Recipe, interpreter: Interpreter) -> bool:
    """Unpack the recipe into a temporary prefix and run its Python there."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = Path(folder).resolve()
        for entry in recipe.files:
            _unpack(entry, prefix)
        has_library = any("libpython" in entry.path for entry in recipe.files)
        answer = subprocess.run(
            [
                prefix / "bin/python",
                "-I",
                "-B",
                "-c",
                _RELOCATED.replace("LIBRARY", f"{has_library}"),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return answer.stdout.strip() == str(prefix)


def _unpack(entry: Entry, prefix: Path) -> None:
    path = prefix / entry.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.target is not None:
        path.symlink_to(entry.target)
        return
    path.write_bytes(entry.data)
    path.chmod(0o755 if entry.executable else 0o644)
