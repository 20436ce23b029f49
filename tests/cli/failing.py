"""Requests that must fail, one for each way, to be sent as a create and as an update."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tests.cli.failing_world import SECRET, World, closed_port


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """``request`` makes what follows the verb; the message names ``thing``, the hint ``step``."""

    code: str
    thing: str
    step: str
    request: Callable[[World], tuple[object, ...]]


def _private(world: World) -> tuple[object, ...]:
    url = f"http://me:{SECRET}@127.0.0.1:{closed_port()}/t/{SECRET}/private"
    return (world.spec("text-prefix", channels=[url]),)


def _pip(*lines: str) -> Callable[[World], tuple[object, ...]]:
    return lambda world: (world.spec("python", "pip", "demo-lib=1", pip=list(lines)),)


def _private_index(world: World) -> tuple[object, ...]:
    index = f"--extra-index-url http://me:{SECRET}@127.0.0.1:{closed_port()}/simple"
    return _pip(index, "nonesuch")(world)


SOLVING = {
    "unsatisfiable": Case(
        code="unsatisfiable",
        thing="'needs-old-lib' needs demo-lib <2",
        step="Removing 'needs-new-lib' would solve it",
        request=lambda world: (world.spec("needs-old-lib", "needs-new-lib"),),
    ),
    "unknown name": Case(
        code="package_not_found",
        thing="'tqdmm'",
        step="Did you mean 'tqdm'?",
        request=lambda world: (world.spec("tqdmm"),),
    ),
    "unknown version": Case(
        code="version_not_found",
        thing="'demo-lib=9'",
        step="demo-lib=2",
        request=lambda world: (world.spec("demo-lib=9"),),
    ),
    "no time to solve": Case(
        code="solve_timeout",
        thing="within 1e-06 seconds",
        step="--solve-timeout",
        request=lambda world: (world.spec("python", "numpy"), "--solve-timeout", "0.000001"),
    ),
}

CHANNELS = {
    "nobody listens": Case(
        code="channel_unavailable",
        thing="Connection refused",
        step="Check the network",
        request=_private,
    ),
    "no such folder": Case(
        code="channel_unavailable",
        thing="there is no such folder",
        step="Check the path",
        request=lambda world: (world.spec("text-prefix", channels=["./absent"]),),
    ),
    "HTTP 401": Case(
        code="channel_denied",
        thing="(HTTP 401)",
        step="Log in",
        request=lambda world: (world.spec("text-prefix", channels=[world.answering(401)]),),
    ),
    "HTTP 403": Case(
        code="channel_denied",
        thing="(HTTP 403)",
        step="Log in",
        request=lambda world: (world.spec("text-prefix", channels=[world.answering(403)]),),
    ),
    "HTTP 404": Case(
        code="channel_unavailable",
        thing="there is nothing at that address (HTTP 404)",
        step="spelling",
        request=lambda world: (world.spec("text-prefix", channels=[world.answering(404)]),),
    ),
    "HTTP 500": Case(
        code="channel_unavailable",
        thing="its server failed (HTTP 500)",
        step="Check the network",
        request=lambda world: (world.spec("text-prefix", channels=[world.answering(500)]),),
    ),
    "not a channel": Case(
        code="channel_invalid",
        thing="'ftp://example.org/x'",
        step="a URL",
        request=lambda world: (world.spec("text-prefix", channels=["ftp://example.org/x"]),),
    ),
}

ARCHIVES = {
    "damaged, in a folder": Case(
        code="package_corrupt",
        thing="text-prefix-1.0-0.conda is damaged",
        step="make a new lock",
        request=lambda world: (world.spec("text-prefix", channels=[world.damaged.url]),),
    ),
    "damaged, by http": Case(
        code="package_corrupt",
        thing="text-prefix-1.0-0.conda is damaged",
        step="make a new lock",
        request=lambda world: (
            world.spec("text-prefix", channels=[world.serve(world.damaged).url]),
        ),
    ),
    "replaced, in a folder": Case(
        code="package_corrupt",
        thing="its sha256 begins with",
        step="make a new lock",
        request=lambda world: (world.spec("text-prefix", channels=[world.replaced.url]),),
    ),
    "replaced, by http": Case(
        code="package_corrupt",
        thing="its sha256 begins with",
        step="make a new lock",
        request=lambda world: (
            world.spec("text-prefix", channels=[world.serve(world.replaced).url]),
        ),
    ),
}

PIP_LINES = {
    line: Case(
        code="pip_unsupported",
        thing=f"'{line}'",
        step=step,
        request=_pip(line),
    )
    for line, step in {
        "-e .": "Build a wheel of it",
        "-r more.txt": "beside the environment.yml",
        "hg+https://example.org/x": "git+https://host/project.git",
        "./folder": "by name and version",
        "--no-binary :all:": "Take the line out",
        "numpy=1.26": "under 'dependencies:'",
    }.items()
}

PIP = {
    "unknown project": Case(
        code="pip_failed",
        thing="nonesuch was not found",
        step="Correct the pip lines",
        request=_pip("nonesuch"),
    ),
    "another version than conda's": Case(
        code="pip_failed",
        thing="demo-lib>=2",
        step="conda installs demo-lib 1.1",
        request=_pip("demo-lib>=2"),
    ),
    "needs another version than conda's": Case(
        code="pip_failed",
        thing="all versions of needy depend on demo-lib>=2",
        step="conda installs demo-lib 1.1",
        request=_pip("needy"),
    ),
    "replaces a file of conda's": Case(
        code="pip_failed",
        thing="thief replaces demo_lib.py of the conda package demo-lib",
        step="Take thief out of 'pip:'",
        request=_pip("thief"),
    ),
    "index without an answer": Case(
        code="pip_failed",
        thing="Connection refused",
        step="Check the network",
        request=_private_index,
    ),
}

KERNELS = {
    "a kernel that ends": Case(
        code="kernel_failed",
        thing="its process ended before it answered (ImportError: libsodium.so.23",
        step="The last lines",
        request=lambda world: (world.spec("python", "kernel-breaker"),),
    ),
    "a kernel that takes too long": Case(
        code="kernel_failed",
        thing="it did not answer within 0.05 seconds",
        step="--kernel-timeout",
        request=lambda world: (world.spec("python"), "--kernel-timeout", "0.05"),
    ),
    "an activation script that fails": Case(
        code="activation_failed",
        thing="bad.sh ended the shell with exit status 3",
        step="the package that has the script",
        request=lambda world: (world.spec("bad-script", channels=[world.scripts.url]),),
    ),
}
