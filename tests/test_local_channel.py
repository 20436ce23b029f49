"""The local channel is real: what it serves solves, installs and runs."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from tests.support.channel import (
    ChannelUnavailableHere,
    LocalChannel,
    build,
    local_channel,
    second_channel,
    synthetic,
)
from tests.support.channel.archive import write_archive
from tests.support.channel.damage import with_damaged_package, with_replaced_package
from tests.support.channel.download import wheels_for
from tests.support.channel.install import Answer, Request, ask
from tests.support.channel.interpreters import Interpreter, describe, running_executable
from tests.support.channel.wheels import read_wheel, wheel_recipes
from tests.support.records import records_channel
from tests.support.serve import serve

BASE_SPECS = (
    "ipykernel",
    "bash_kernel",
    "numpy",
    "rich",
    "tqdm 4.66.1.*",
    "text-prefix",
    "binary-prefix",
    "activation-demo",
    "gpu-lib",
    "renamed-dist",
    "link-script",
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine-cache")


@pytest.fixture(scope="module")
def prefix(channel: LocalChannel, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with most of the channel in it, made once."""
    folder = tmp_path_factory.mktemp("prefix") / "env"
    specs = (f"python {channel.python_minors[0]}.*", *BASE_SPECS)
    answer = ask(
        Request(channels=(channel.url,), specs=specs, cache=str(cache), prefix=str(folder))
    )
    assert answer.error is None
    return folder


def run(prefix: Path, *command: str) -> str:
    """Output of a program of the environment, without any Python settings of ours."""
    environment = {key: value for key, value in os.environ.items() if "PYTHON" not in key}
    return subprocess.run(
        [prefix / "bin" / command[0], *command[1:]],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    ).stdout.strip()


def solve(cache: Path, *specs: str, channels: tuple[str, ...], cuda: str | None = None) -> Answer:
    return ask(Request(channels=channels, specs=specs, cache=str(cache), cuda=cuda))


# -- python ----------------------------------------------------------------------------------


def test_python_runs_at_home_in_the_prefix(prefix: Path) -> None:
    code = "import ssl, sqlite3, sys, sysconfig; print(sys.prefix, sysconfig.get_path('purelib'))"
    assert run(prefix, "python", "-c", code).split() == [
        str(prefix),
        f"{prefix}/lib/python3.{sys.version_info.minor}/site-packages",
    ]


def test_python_uses_no_file_of_the_python_it_came_from(prefix: Path) -> None:
    code = "import ctypes, json, sys; print(open('/proc/self/maps').read(), *sys.path)"
    seen = run(prefix, "python", "-c", code)
    base = str(Path(sys.base_prefix).resolve())
    if base == "/usr":
        pytest.skip("the system's own folder is in every process")
    assert str(prefix) in seen
    assert base not in seen.replace(str(prefix), "")


def test_build_settings_name_the_prefix_and_not_the_placeholder(prefix: Path) -> None:
    settings = next(prefix.glob("lib/python3.*/_sysconfigdata*.py")).read_text()
    assert "placeholder" not in settings
    assert str(prefix) in settings or sys.base_prefix == "/usr"


def test_every_minor_installs_and_runs_with_numpy(
    channel: LocalChannel, cache: Path, tmp_path: Path
) -> None:
    if len(channel.python_minors) < 2:
        pytest.skip("needs a second Python on this machine")
    minor = channel.python_minors[1]
    request = Request(
        channels=(channel.url,),
        specs=(f"python {minor}.*", "ipykernel", "pandas", "matplotlib"),
        cache=str(cache),
        prefix=str(tmp_path / "env"),
    )
    assert ask(request).error is None
    code = "import ipykernel, matplotlib, pandas, sys; print('%d.%d' % sys.version_info[:2])"
    assert run(tmp_path / "env", "python", "-c", code) == minor


# -- packages made from wheels ---------------------------------------------------------------


def test_compiled_package_imports(prefix: Path) -> None:
    code = "import numpy; print(numpy.arange(4).sum(), numpy.__file__)"
    total, _, file = run(prefix, "python", "-c", code).partition(" ")
    assert total == "6"
    assert file.startswith(str(prefix))


def test_two_versions_of_numpy_to_update_between(channel: LocalChannel, cache: Path) -> None:
    python = f"python {channel.python_minors[0]}.*"
    newest = solve(cache, python, "numpy", channels=(channel.url,)).packages["numpy"]
    older = solve(cache, python, f"numpy <{newest.partition('=')[0]}", channels=(channel.url,))
    assert older.error is None
    assert older.packages["numpy"] != newest


def test_scripts_of_packages_run(prefix: Path) -> None:
    assert run(prefix, "pygmentize", "-V").startswith("Pygments version")
    assert run(prefix, "numpy-config", "--version")[0].isdigit()


def test_kernelspecs_are_where_jupyter_looks(prefix: Path) -> None:
    kernels = prefix / "share/jupyter/kernels"
    python = json.loads((kernels / "python3/kernel.json").read_text())
    bash = json.loads((kernels / "bash/kernel.json").read_text())
    assert python["language"] == "python"
    assert bash["language"] == "bash"
    assert bash["argv"][0] == f"{prefix}/bin/python"


@pytest.mark.parametrize(("kernel", "code"), [("python3", "print(6 * 7)"), ("bash", "echo 42")])
def test_kernels_start_and_answer(prefix: Path, kernel: str, code: str) -> None:
    spec = json.loads((prefix / f"share/jupyter/kernels/{kernel}/kernel.json").read_text())
    manager = KernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[str(prefix / "bin/python"), *spec["argv"][1:]],
        env={"PATH": f"{prefix / 'bin'}:{os.defpath}"},
        language=spec["language"],
    )
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        printed: list[str] = []
        client.execute_interactive(
            code, timeout=60, output_hook=lambda m: printed.append(m["content"].get("text", ""))
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "42" in "".join(printed)


def test_dependency_check_of_pip_is_content(prefix: Path) -> None:
    command = ["-m", "pip", "--python", str(prefix / "bin/python"), "check"]
    answer = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=60, check=False
    )
    assert "No broken requirements found" in answer.stdout


def test_every_file_in_a_record_exists(prefix: Path) -> None:
    code = (
        "import importlib.metadata as m\n"
        "for d in m.distributions():\n"
        "    print(*[f for f in d.files or () if not f.locate().exists()], end='')"
    )
    assert run(prefix, "python", "-c", code) == ""


def test_pure_wheel_is_shared_only_where_its_dependencies_are_the_same(tmp_path: Path) -> None:
    pythons = [
        Interpreter(executable="", version=version, base="", stdlib="", library="", library_dir="")
        for version in ("3.11.7", "3.12.1")
    ]

    def recipes(requirement: str) -> dict[str, tuple[str, ...]]:
        path = tmp_path / "some_dist-1.0-py3-none-any.whl"
        text = (
            f"Metadata-Version: 2.1\nName: some-dist\nVersion: 1.0\nRequires-Dist: {requirement}\n"
        )
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("some_dist-1.0.dist-info/METADATA", text + "Requires-Python: >=3.10\n")
        made = wheel_recipes(read_wheel(path), pythons, pythons)
        return {recipe.build: recipe.depends for recipe in made}

    assert recipes("Jupyter.Client >=8, <9; os_name == 'posix'") == {
        "pyh_0": ("python >=3.10", "jupyter_client <9,>=8")
    }
    assert recipes("tomli; python_version < '3.12'") == {
        "py311h_0": ("python >=3.11,<3.12.0a0", "tomli"),
        "py312h_0": ("python >=3.12,<3.13.0a0",),
    }


# -- hand-made packages ----------------------------------------------------------------------


def test_prefix_in_text_is_replaced(prefix: Path) -> None:
    assert run(prefix, "text-prefix") == str(prefix)
    assert (prefix / "etc/text-prefix.conf").read_text() == f"root = {prefix}\n"


def test_prefix_in_binary_is_replaced_without_moving_the_rest(prefix: Path) -> None:
    data = (prefix / "lib/binary-prefix.dat").read_bytes()
    assert run(prefix, "binary-prefix") == f"{prefix}/share/binary-prefix"
    assert len(data) == len(b"BEGIN\0") + 255 + len(b"/share/binary-prefix\0END\0")
    assert data.endswith(b"\0END\0")


def test_distribution_name_differs_from_the_package_name(prefix: Path) -> None:
    code = "import importlib.metadata as m; print(m.version('renamed-dist-core'))"
    assert run(prefix, "python", "-c", code) == "1.0"
    assert list(prefix.glob("conda-meta/renamed-dist-1.0-*.json"))


def test_link_script_is_there_and_did_not_run(prefix: Path) -> None:
    assert (prefix / "bin/.link-script-post-link.sh").stat().st_mode & 0o100
    assert not (prefix / "link-script-ran").exists()


def test_conflict_has_no_solution(channel: LocalChannel, cache: Path) -> None:
    both = solve(cache, "needs-old-lib", "needs-new-lib", channels=(channel.url,))
    assert both.error is not None
    assert "demo-lib" in both.error
    for alone, chosen in {"needs-old-lib": "1.1=pyh_0", "needs-new-lib": "2.0=pyh_0"}.items():
        assert solve(cache, alone, channels=(channel.url,)).packages["demo-lib"] == chosen


@pytest.mark.parametrize(
    ("cuda", "build"), [(None, "cpu_0"), ("11.8", "cpu_0"), ("12.4", "cuda12_0")]
)
def test_gpu_build_follows_the_virtual_package(
    channel: LocalChannel, cache: Path, cuda: str | None, build: str
) -> None:
    answer = solve(cache, "gpu-lib", channels=(channel.url,), cuda=cuda)
    assert answer.packages["gpu-lib"] == f"1.0={build}"


def test_kernel_breaker_makes_zmq_fail_like_a_missing_library(
    channel: LocalChannel, cache: Path, tmp_path: Path
) -> None:
    request = Request(
        channels=(channel.url,),
        specs=(f"python {channel.python_minors[0]}.*", "pyzmq", "kernel-breaker"),
        cache=str(cache),
        prefix=str(tmp_path / "env"),
    )
    assert ask(request).error is None
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run(tmp_path / "env", "python", "-c", "import zmq")
    assert "ImportError: libsodium.so.23: cannot open shared object file" in caught.value.stderr


def test_bulk_is_big_and_its_versions_differ(
    channel: LocalChannel, cache: Path, tmp_path: Path
) -> None:
    for version in ("1.0", "1.1"):
        request = Request(
            channels=(channel.url,),
            specs=(f"bulk =={version}",),
            cache=str(cache),
            prefix=str(tmp_path / version),
        )
        assert ask(request).error is None
    first, second = (
        [path.read_bytes() for path in sorted((tmp_path / v).glob("share/bulk/*/*.bin"))]
        for v in ("1.0", "1.1")
    )
    assert len(first) == len(second) == 1500
    assert sum(map(len, first)) > 19_000_000
    assert not set(first) & set(second)
    assert all(archive.stat().st_size > 19_000_000 for archive in channel.archives("bulk"))


# -- activation ------------------------------------------------------------------------------

_SHOW = 'for n in SET PATH CHANGE UNSET DEFAULT ORDER; do eval echo "$n=\\${DEMO_$n-none}"; done'


def shell(prefix: Path, script: str, **before: str) -> dict[str, str]:
    lines = subprocess.run(
        ["/bin/sh", "-euc", f"{script}\n{_SHOW}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={"CONDA_PREFIX": str(prefix), "PATH": os.defpath, **before},
    ).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines)


def sourced(prefix: Path, kind: str) -> str:
    scripts = sorted((prefix / f"etc/conda/{kind}.d").glob("*.sh"), reverse=kind == "deactivate")
    return "\n".join(f". '{script}'" for script in scripts)


def test_activation_scripts_set_and_restore(prefix: Path) -> None:
    before = {"DEMO_PATH": "/old", "DEMO_CHANGE": "mine", "DEMO_UNSET": "x", "DEMO_DEFAULT": "d"}
    active = shell(prefix, sourced(prefix, "activate"), **before)
    assert active == {
        "SET": "set by activation-demo",
        "PATH": f"{prefix}/lib:/old",
        "CHANGE": "changed by activation-demo",
        "UNSET": "none",
        "DEFAULT": "d",
        "ORDER": "first second",
    }
    both = sourced(prefix, "activate") + "\n" + sourced(prefix, "deactivate")
    after = shell(prefix, both, **before)
    assert (after["SET"], after["PATH"], after["CHANGE"]) == ("none", "/old", "mine")
    assert after["ORDER"] == "none"


def test_activation_scripts_in_an_empty_environment(prefix: Path) -> None:
    active = shell(prefix, sourced(prefix, "activate"))
    assert (active["PATH"], active["DEFAULT"]) == (f"{prefix}/lib", "default of activation-demo")


# -- channels as they are served -------------------------------------------------------------


def test_second_channel_has_another_demo_lib(channel: LocalChannel, cache: Path) -> None:
    second = second_channel()
    first_wins = solve(cache, "demo-lib", "extra-lib", channels=(channel.url, second.url))
    assert first_wins.packages["demo-lib"] == "2.0=pyh_0"
    second_wins = solve(cache, "demo-lib", "extra-lib", channels=(second.url, channel.url))
    assert second_wins.packages["demo-lib"] == "3.0=pyh_0"


def test_token_is_asked_for(channel: LocalChannel, tmp_path: Path) -> None:
    with serve(channel.path, token="s3cr3t") as served:
        assert solve(tmp_path, "gpu-lib", channels=(served.url,)).error is None
        refused = solve(tmp_path, "gpu-lib", channels=(f"http://{served.host}/t/wrong",))
        assert refused.error is not None
        hidden = solve(tmp_path, "gpu-lib", channels=(f"http://{served.host}",))
        assert hidden.error is not None
    assert {status for _, path, status in served.requests if "wrong" in path} == {401}
    assert all(
        status in (200, 404) for _, path, status in served.requests if path.startswith("/t/s3cr3t")
    )


def test_damaged_package_is_refused_and_the_original_stays(
    channel: LocalChannel, tmp_path: Path
) -> None:
    original = channel.archives("text-prefix")[0]
    before = hashlib.sha256(original.read_bytes()).hexdigest()
    damaged = with_damaged_package(channel, "text-prefix", tmp_path)
    assert damaged.archives("text-prefix")[0].stat().st_size == original.stat().st_size
    assert hashlib.sha256(original.read_bytes()).hexdigest() == before
    with serve(damaged.path) as served:
        request = Request(
            channels=(served.url,),
            specs=("text-prefix",),
            cache=str(tmp_path / "cache"),
            prefix=str(tmp_path / "env"),
        )
        error = ask(request).error
    assert error is not None
    assert "checksum" in error


def test_replaced_package_is_intact_but_for_its_hash(channel: LocalChannel, tmp_path: Path) -> None:
    replaced = with_replaced_package(channel, "text-prefix", tmp_path)
    with zipfile.ZipFile(replaced.archives("text-prefix")[0]) as archive:
        assert archive.testzip() is None
    with serve(replaced.path) as served:
        request = Request(
            channels=(served.url,),
            specs=("text-prefix",),
            cache=str(tmp_path / "cache"),
            prefix=str(tmp_path / "env"),
        )
        error = ask(request).error
    assert error is not None
    assert "hash mismatch" in error


# -- the cache -------------------------------------------------------------------------------


def test_second_call_builds_nothing(channel: LocalChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "fill", lambda *_: pytest.fail("built again"))
    assert local_channel() == channel


def test_program_prints_the_url_last(channel: LocalChannel) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.support.channel"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[1],
    )
    assert answer.stdout.splitlines()[-1] == channel.url


def test_same_content_gives_the_same_bytes(channel: LocalChannel, tmp_path: Path) -> None:
    for recipe in synthetic.main_recipes():
        if recipe.name != "bulk":
            made = write_archive(recipe, tmp_path)
            assert made.read_bytes() == (channel.path / recipe.subdir / made.name).read_bytes()


def test_without_a_package_index_there_is_no_channel(
    channel: LocalChannel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    running = describe(running_executable())
    assert running is not None
    monkeypatch.setenv("JUPYTER_ENVS_TEST_CACHE", str(tmp_path / "cache"))
    with pytest.raises(RuntimeError, match="catalogue"):
        wheels_for(running, ("tqdm==0.0.99",), closure=False)
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "empty"))
    with pytest.raises(ChannelUnavailableHere, match="could not be downloaded"):
        wheels_for(running, ("tqdm==4.66.1",), closure=False)
    assert not list((tmp_path / "cache").glob("wheels/*/files"))


# -- real records ----------------------------------------------------------------------------


def test_real_records_solve(cache: Path) -> None:
    records = records_channel("conda-forge")
    if records is None:
        pytest.skip("needs the real records")
    answer = solve(cache, "numpy", "python 3.12.*", channels=(records.as_uri(),))
    assert answer.packages["python"].startswith("3.12.")


def test_records_that_are_absent_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUPYTER_ENVS_RECORDS", str(tmp_path))
    assert records_channel("conda-forge") is None
