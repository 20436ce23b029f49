"""The bytecode cache, seen from the Python that uses it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from jupyter_envs.store.bytecode import (
    LINKING_THREADS,
    BytecodeReport,
    fill_cache,
    harvest_bytecode,
    link_bytecode,
)
from jupyter_envs.store.bytecode_parts import sweep_unfinished
from tests.store import SHIPPED, SmallPackage, loads_bytecode, package, prefix_of, python
from tests.store import site_packages as site
from tests.support.channel import LocalChannel
from tests.support.channel.cache import REPOSITORY
from tests.support.channel.install import Request, ask
from tests.support.channel.interpreters import other_executables

_KEY = f"{sys.implementation.cache_tag}-{MAGIC_NUMBER.hex()}"
_SOURCES: dict[str, str | bytes] = {
    "sample/__init__.py": "from . import inner\nVALUE = 'shipped'\n",
    "sample/inner.py": "def fail():\n    return (lambda: 1 / 0)()\n",
    "sample/tests/test_sample.py": "assert True\n",
    "single.py": "VALUE = 1\n",
}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "pyc"


@pytest.fixture
def sample(tmp_path: Path) -> SmallPackage:
    return package(tmp_path / "pkgs", "sample", _SOURCES)


@pytest.fixture
def first(tmp_path: Path, sample: SmallPackage) -> Path:
    return prefix_of(tmp_path / "first", sample)


def parts(cache: Path) -> list[Path]:
    return sorted(path.parent for path in cache.glob("*/*/*/manifest.json"))


def cached_sources(cache: Path) -> set[str]:
    return {
        module[0].partition("site-packages/")[2]
        for part in parts(cache)
        for module in json.loads((part / "manifest.json").read_bytes())["modules"]
    }


def linked(prefix: Path, cache: Path, wheels: Mapping[str, str] | None = None) -> BytecodeReport:
    """All of it, and what that was."""
    with ThreadPoolExecutor(LINKING_THREADS) as pool:
        reports = [link.result() for link in link_bytecode(prefix, cache, pool, wheels)]
    names = BytecodeReport.__struct_fields__
    return BytecodeReport(**{name: sum(getattr(r, name) for r in reports) for name in names})


def unfinished(cache: Path) -> list[Path]:
    return list(cache.glob(".tmp-*"))


# -- filling and linking ---------------------------------------------------------------------


def test_filled_cache_serves_the_next_prefix(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    before = sorted(first.rglob("*"))
    assert fill_cache(first, cache, nice=0) == 3
    assert sorted(first.rglob("*")) == before, "a published prefix was changed"
    second = prefix_of(tmp_path / "second", sample)
    assert not loads_bytecode(second, "sample.inner")
    assert linked(second, cache) == BytecodeReport(linked=3, hits=1)
    assert loads_bytecode(second, "sample.inner")
    assert loads_bytecode(second, "single")
    assert linked(second, cache) == BytecodeReport(present=3, hits=1)


def test_tests_are_not_compiled(first: Path, cache: Path) -> None:
    fill_cache(first, cache, nice=0)
    assert cached_sources(cache) == {"sample/__init__.py", "sample/inner.py", "single.py"}


def test_full_cache_is_left_alone(first: Path, cache: Path) -> None:
    fill_cache(first, cache, nice=0)
    before = [path.stat().st_mtime_ns for path in parts(cache)]
    assert fill_cache(first, cache, nice=0) == 0
    assert [path.stat().st_mtime_ns for path in parts(cache)] == before


def test_empty_cache_links_nothing(first: Path, cache: Path) -> None:
    assert linked(first, cache) == BytecodeReport(misses=1)


def test_prefix_without_python_is_left_alone(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "r" / "conda-meta").mkdir(parents=True)
    assert linked(tmp_path / "r", cache) == BytecodeReport()
    assert harvest_bytecode(tmp_path / "r", cache) == fill_cache(tmp_path / "r", cache) == 0


def test_edited_source_wins_over_linked_bytecode(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    fill_cache(first, cache, nice=0)
    second = prefix_of(tmp_path / "second", sample)
    linked(second, cache)
    source = site(second) / "single.py"
    edited = source.read_bytes() + b"VALUE = 'edited'\n"
    source.unlink()
    source.write_bytes(edited)
    before = [(path, path.read_bytes()) for path in cache.rglob("*.pyc")]
    done = python(second, "-c", "import single; print(single.VALUE)")
    assert done.stdout == "edited\n"
    assert loads_bytecode(second, "single"), "Python did not put its own bytecode there"
    assert [(path, path.read_bytes()) for path in cache.rglob("*.pyc")] == before


def test_sources_of_another_time_are_not_served(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    fill_cache(first, cache, nice=0)
    for path in sample.folder.rglob("*.py"):
        os.utime(path, (SHIPPED + 60, SHIPPED + 60))
    second = prefix_of(tmp_path / "second", sample)
    assert linked(second, cache) == BytecodeReport(stale=1)
    assert not list(second.rglob("*.pyc"))
    assert fill_cache(second, cache, nice=0) == 3
    assert linked(second, cache) == BytecodeReport(linked=3, hits=1)


def test_package_with_an_edited_module_is_not_cached(first: Path, cache: Path) -> None:
    source = site(first) / "single.py"
    source.unlink()
    source.write_text("VALUE = 2\n")  # as long as before
    os.utime(source, (SHIPPED, SHIPPED))
    assert fill_cache(first, cache, nice=0) == 0
    assert not parts(cache)


def test_uncompilable_files_do_not_keep_a_package_out(tmp_path: Path, cache: Path) -> None:
    item = package(
        tmp_path / "pkgs", "odd", {"old.py": "print 'two'\n", "nul.py": b"\0", "ok.py": ""}
    )
    prefix = prefix_of(tmp_path / "p", item)
    assert fill_cache(prefix, cache, nice=0) == 1
    assert cached_sources(cache) == {"ok.py"}
    assert fill_cache(prefix, cache, nice=0) == 0


def test_files_that_hold_the_prefix_or_have_two_owners_are_left_out(
    tmp_path: Path, cache: Path
) -> None:
    one = package(tmp_path / "pkgs", "one", {"one.py": "", "baked.py": "", "shared.py": ""})
    prefix = prefix_of(tmp_path / "p", one, placeholder="baked.py")
    record = json.loads((prefix / "conda-meta" / "one.json").read_bytes())
    record["sha256"] = "0" * 64
    record["paths_data"]["paths"] = [
        path for path in record["paths_data"]["paths"] if path["_path"].endswith("shared.py")
    ]
    (prefix / "conda-meta" / "two.json").write_text(json.dumps(record))
    fill_cache(prefix, cache, nice=0)
    assert cached_sources(cache) == {"one.py"}


def test_manifest_cannot_point_outside_the_package(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    fill_cache(first, cache, nice=0)
    (part,) = parts(cache)
    manifest = json.loads((part / "manifest.json").read_bytes())
    manifest["modules"][0][0] = "../outside.py"
    (part / "manifest.json").write_text(json.dumps(manifest))
    second = prefix_of(tmp_path / "second", sample)
    assert linked(second, cache).linked == 2
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize(
    "text", [b"", b"[NaN", b"\xff\xfe", b'{"modules":[["single.py",1,', b"[]", b'{"modules":5}']
)
def test_a_damaged_manifest_is_as_none(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path, text: bytes
) -> None:
    fill_cache(first, cache, nice=0)
    (part,) = parts(cache)
    (part / "manifest.json").write_bytes(text)
    second = prefix_of(tmp_path / "second", sample)

    assert linked(second, cache) == BytecodeReport(misses=1)
    assert fill_cache(second, cache, nice=0) == 3
    assert linked(second, cache) == BytecodeReport(linked=3, hits=1)


@pytest.mark.parametrize(
    ("error", "report"),
    [
        (errno.EPERM, BytecodeReport(copied=3, hits=1)),
        (errno.EMLINK, BytecodeReport(copied=3, hits=1)),
        (errno.EXDEV, BytecodeReport(copied=3, hits=1)),
        (errno.ENOSPC, BytecodeReport(hits=1)),
        (errno.EDQUOT, BytecodeReport(hits=1)),
        (errno.ESTALE, BytecodeReport(hits=1)),
    ],
    ids=errno.errorcode.get,
)
def test_what_cannot_be_linked_is_copied_or_left_to_python(
    first: Path,
    tmp_path: Path,
    sample: SmallPackage,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: int,
    report: BytecodeReport,
) -> None:
    def refuse(source: str, target: str) -> None:
        if not Path(target).parent.is_dir():  # which the system says first
            raise FileNotFoundError(target)
        raise OSError(error, os.strerror(error), source, None, target)

    fill_cache(first, cache, nice=0)
    second = prefix_of(tmp_path / "second", sample)
    monkeypatch.setattr(os, "link", refuse)

    assert linked(second, cache) == report


def test_traceback_names_the_installed_file(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    fill_cache(first, cache, nice=0)
    assert not [p for p in cache.rglob("*.pyc") if os.fsencode(tmp_path) in p.read_bytes()]
    second = prefix_of(tmp_path / "second", sample)
    linked(second, cache)
    assert loads_bytecode(second, "sample.inner")
    done = python(second, "-B", "-c", "from sample import inner; inner.fail()")
    # Once for the function and once for the one nested in it.
    assert done.stderr.count(f'File "{site(second) / "sample" / "inner.py"}", line 2') == 2


def test_other_file_system_gets_copies(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system")
    other = memory / f"jupyter-envs-{os.getpid()}"
    try:
        fill_cache(first, other, nice=0)
        second = prefix_of(tmp_path / "second", sample)
        assert linked(second, other) == BytecodeReport(copied=3, hits=1)
        assert loads_bytecode(second, "single")
    finally:
        shutil.rmtree(other, ignore_errors=True)


# -- harvest ---------------------------------------------------------------------------------


def test_harvest_takes_what_python_wrote(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    assert python(first, "-c", "import sample").returncode == 0
    assert harvest_bytecode(first, cache) == 2
    assert harvest_bytecode(first, cache) == 0
    assert not [p for p in cache.rglob("*.pyc") if os.fsencode(tmp_path) in p.read_bytes()]
    second = prefix_of(tmp_path / "second", sample)
    assert linked(second, cache) == BytecodeReport(linked=2, hits=1)
    assert loads_bytecode(second, "sample.inner")
    done = python(second, "-B", "-c", "from sample import inner; inner.fail()")
    assert done.stderr.count(f'File "{site(second) / "sample" / "inner.py"}", line 2') == 2


def test_more_modules_extend_the_cache_and_the_whole_replaces_them(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    python(first, "-c", "import sample")
    assert harvest_bytecode(first, cache) == 2
    python(first, "-c", "import single")
    assert harvest_bytecode(first, cache) == 1
    assert linked(prefix_of(tmp_path / "second", sample), cache).linked == 3
    assert fill_cache(first, cache, nice=0) == 3
    assert len(parts(cache)) == 1
    assert linked(prefix_of(tmp_path / "third", sample), cache).linked == 3


def test_harvest_refuses_what_is_not_the_package_s(first: Path, cache: Path) -> None:
    edited, retimed, stale = (
        site(first) / name for name in ("single.py", "sample/__init__.py", "sample/inner.py")
    )
    edited.unlink()
    edited.write_text("VALUE = 2\n")
    os.utime(edited, (SHIPPED, SHIPPED))
    content = retimed.read_bytes()
    retimed.unlink()
    retimed.write_bytes(content)
    python(first, "-c", "import sample, single")
    (pyc,) = stale.parent.glob("__pycache__/inner.*.pyc")
    data = pyc.read_bytes()
    pyc.write_bytes(data[:8] + b"\0\0\0\0" + data[12:])
    assert len(list(first.rglob("*.pyc"))) == 3
    assert harvest_bytecode(first, cache) == 0
    assert not parts(cache)


def test_harvest_refuses_bytecode_that_is_not_checked_by_time(first: Path, cache: Path) -> None:
    command = ("-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")
    assert python(first, *command, str(site(first) / "single.py")).returncode == 0
    assert len(list(first.rglob("*.pyc"))) == 1
    assert harvest_bytecode(first, cache) == 0


# -- several at once, and death --------------------------------------------------------------

_FILL = """
import sys
from pathlib import Path
from jupyter_envs.store.bytecode import fill_cache
fill_cache(Path(sys.argv[1]), Path(sys.argv[2]), nice=0)
"""


def start_filling(prefix: Path, cache: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _FILL, str(prefix), str(cache)],
        cwd=REPOSITORY,
        start_new_session=True,
    )


@pytest.fixture
def large(tmp_path: Path) -> SmallPackage:
    """Takes long enough to compile for others to come between."""
    lines = "".join(f"def f{n}(a, b=1, *c, **d):\n    return [a, b, {n}]\n" for n in range(4000))
    return package(tmp_path / "pkgs", "large", {f"large{n}.py": lines for n in range(6)})


def test_two_processes_fill_at_once(tmp_path: Path, large: SmallPackage, cache: Path) -> None:
    prefixes = [prefix_of(tmp_path / name, large) for name in ("a", "b")]
    for child in [start_filling(prefix, cache) for prefix in prefixes]:
        assert child.wait(timeout=60) == 0
    assert len(parts(cache)) == 1
    assert not unfinished(cache)
    third = prefix_of(tmp_path / "c", large)
    assert linked(third, cache).linked == 6
    assert loads_bytecode(third, "large5")


def test_killed_filling_leaves_nothing_to_be_used(
    tmp_path: Path, large: SmallPackage, cache: Path
) -> None:
    prefix = prefix_of(tmp_path / "a", large)
    child = start_filling(prefix, cache)
    deadline = time.monotonic() + 60
    while not list(cache.glob(".tmp-*/*.pyc")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait(timeout=60)
    assert list(cache.glob(".tmp-*/*.pyc")), "it was killed too early or too late"
    assert {path.name[:5] for path in cache.iterdir()} == {".tmp-"}
    assert linked(prefix, cache) == BytecodeReport(misses=1)
    sweep_unfinished(cache)
    (left,) = unfinished(cache)
    os.utime(left, (time.time() - 90_000,) * 2)
    assert fill_cache(prefix, cache, nice=0) == 6
    assert not unfinished(cache)


# -- other Pythons, wheels, a real environment -----------------------------------------------


def test_another_minor_has_bytecode_of_its_own(
    first: Path, tmp_path: Path, sample: SmallPackage, cache: Path
) -> None:
    others = other_executables()
    if not others:
        pytest.skip("needs a second Python on this machine")
    fill_cache(first, cache, nice=0)
    for number, executable in enumerate(others):
        other = prefix_of(tmp_path / f"other{number}", sample, python=str(executable))
        assert linked(other, cache) == BytecodeReport(misses=1)
        assert fill_cache(other, cache, nice=0) == 3
        assert linked(other, cache).linked == 3
        assert loads_bytecode(other, "sample.inner")
        done = python(other, "-B", "-c", "from sample import inner; inner.fail()")
        assert f'File "{site(other) / "sample" / "inner.py"}", line 2' in done.stderr
    keys = {path.name for path in cache.glob("*/*")}
    assert _KEY in keys
    assert len(keys) == 1 + len(others)


def test_wheels_are_cached_by_their_hash(tmp_path: Path, cache: Path) -> None:
    prefixes = []
    for name in ("a", "b"):
        prefix = prefix_of(tmp_path / name, package(tmp_path / "pkgs", "empty", {"empty.py": ""}))
        for file in distribution("packaging").files or ():
            if file.suffix != ".pyc":
                (site(prefix) / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file.locate(), site(prefix) / file)
        prefixes.append(prefix)
    wheels = {"Packaging": "a" * 64}
    fill_cache(prefixes[0], cache, nice=0)
    assert cached_sources(cache) == {"empty.py"}
    assert fill_cache(prefixes[0], cache, wheels, nice=0) > 10
    assert linked(prefixes[1], cache, {"packaging": "b" * 64}).misses == 1
    assert linked(prefixes[1], cache, wheels).hits == 2
    assert loads_bytecode(prefixes[1], "packaging.version")


def test_real_environment(channel: LocalChannel, tmp_path: Path, cache: Path) -> None:
    prefixes = []
    for name in ("first", "second"):
        request = Request(
            channels=(channel.url,),
            specs=(f"python {channel.python_minors[0]}.*", "rich"),
            cache=str(tmp_path / "cache"),
            prefix=str(tmp_path / name),
        )
        assert ask(request).error is None
        prefixes.append(tmp_path / name)
    one, two = prefixes
    statement = "import json, rich.table, sys; print(sys.prefix)"
    assert python(one, "-c", statement, PYTHONPATH="").stdout.strip() == str(one)
    taken = harvest_bytecode(one, cache)
    assert taken > 50
    report = linked(two, cache)
    assert (report.linked, report.stale) == (taken, 0)
    before = set(two.rglob("*.pyc"))
    assert python(two, "-c", statement, PYTHONPATH="").stdout.strip() == str(two)
    written = {path.name.split(".")[0] for path in set(two.rglob("*.pyc")) - before}
    # This one holds the prefix, so each environment compiles its own.
    assert {name for name in written if not name.startswith("_sysconfigdata")} == set()
