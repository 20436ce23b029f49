"""Fixtures that all rooms share: the local channel, a user's sandbox, a foreign Jupyter.

What a machine cannot do is skipped with a reason. In CI (``CI=true``) only the reasons in
``EXPECTED_SKIPS`` are accepted: anything else means that the build machine is not what it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bad_disk import build_bad_disk
from tests.support.channel import ChannelUnavailableHere, LocalChannel, local_channel
from tests.support.channel import second_channel as make_second_channel
from tests.support.foreign import foreign_python
from tests.support.kernel_session import KernelSession
from tests.support.libcuda import build_libcuda
from tests.support.nvml import build_double, compiler
from tests.support.sandbox import Sandbox

EXPECTED_SKIPS = (
    "needs fish",
    "needs zsh",
    "needs a second Python",
    "needs root",
    # Data that is not part of this repository and may lie beside it.
    "needs the real records",
    "needs the corpus",
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    unexpected = _unexpected_skips(terminalreporter)
    if unexpected and os.environ.get("CI") == "true":
        terminalreporter.section("skips that CI does not accept", red=True)
        for line in unexpected:
            terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and os.environ.get("CI") == "true" and _unexpected_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _unexpected_skips(reporter: pytest.TerminalReporter) -> list[str]:
    found = []
    for report in reporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith(EXPECTED_SKIPS):
            found.append(f"{report.nodeid}: {reason}")
    return found


@pytest.fixture(scope="session")
def channel() -> LocalChannel:
    """The local channel, built on first use and cached by content."""
    try:
        return local_channel()
    except ChannelUnavailableHere as error:
        pytest.skip(f"needs the package index once: {error}")


@pytest.fixture(scope="session")
def second_channel(channel: LocalChannel) -> LocalChannel:
    """A second, small channel: other versions of some packages."""
    return make_second_channel()


@pytest.fixture(scope="session")
def two_minors(channel: LocalChannel) -> tuple[str, str]:
    """An older and a newer minor version of Python that the channel has."""
    if len(channel.python_minors) < 2:
        pytest.skip("needs a second Python on this machine")
    older, newer, *_ = sorted(channel.python_minors, key=lambda minor: int(minor.split(".")[1]))
    return older, newer


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One package cache for all tests that do not care: the second install is fast."""
    return tmp_path_factory.mktemp("package-cache")


@pytest.fixture(scope="session")
def nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in for NVIDIA's library."""
    if compiler() is None:
        pytest.skip("needs a C compiler")
    return build_double(tmp_path_factory.mktemp("nvml"))


@pytest.fixture(scope="session")
def libcuda(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stand-in for CUDA's driver library, for a process's LD_LIBRARY_PATH."""
    if compiler() is None:
        pytest.skip("needs a C compiler")
    return build_libcuda(tmp_path_factory.mktemp("libcuda"))


@pytest.fixture
def sandbox(tmp_path: Path, shared_cache: Path, channel: LocalChannel) -> Iterator[Sandbox]:
    """A user with an empty home, and the local channel as the only one configured."""
    user = Sandbox(tmp_path, cache=shared_cache, channels=(channel.url,))
    yield user
    user.close()


@pytest.fixture(scope="session")
def jupyter() -> Path:
    """The Python of a virtual environment that has jupyter_client and nothing of ours."""
    return foreign_python()


@pytest.fixture
def kernels(sandbox: Sandbox, jupyter: Path) -> Iterator[KernelSession]:
    """Starts the sandbox's kernels from the foreign Jupyter; ends what it started."""
    with KernelSession(jupyter, sandbox.environ) as session:
        yield session


@pytest.fixture(scope="session")
def bad_disk_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What makes a disk bad: see ``tests/support/bad_disk.py``."""
    if compiler() is None:
        pytest.skip("needs a C compiler")
    return build_bad_disk(tmp_path_factory.mktemp("bad-disk"))
