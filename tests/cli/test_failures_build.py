"""A request that cannot be carried out: one sentence, a next step, and nothing is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.channels import traces
from tests.cli.failing import (
    ARCHIVES,
    CHANNELS,
    KERNELS,
    PIP,
    PIP_LINES,
    SOLVING,
    Case,
)
from tests.cli.failing_world import SECRET, World
from tests.cli.refusals import Refusal, everything, refuse
from tests.support.channel import LocalChannel
from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Sandbox, manifest

CASES = SOLVING | CHANNELS | ARCHIVES | PIP_LINES | PIP | KERNELS

#: At least one from each phase that an update goes through.
UPDATES = (
    "unsatisfiable",
    "nobody listens",
    "HTTP 403",
    "damaged, in a folder",
    "replaced, in a folder",
    "-e .",
    "replaces a file of conda's",
    "an activation script that fails",
)


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, channel: LocalChannel, shared_cache: Path
) -> Iterator[World]:
    """Someone with the environment ``demo``, whose kernel works."""
    sandbox = Sandbox(tmp_path_factory.mktemp("build"), cache=shared_cache, channels=(channel.url,))
    with ExitStack() as stack:
        stack.callback(sandbox.close)
        world = World(sandbox, channel, stack)
        sandbox.create("python", "ipykernel")
        yield world


def check(case: Case, refusal: Refusal, world: World) -> None:
    """The error is the case's own, names the person's thing and says what to do next."""
    assert refusal.code == case.code
    assert case.thing in refusal.message
    assert case.step in (refusal.hint or "")
    assert SECRET not in str(refusal)
    assert traces(SECRET, world.sandbox.envs / ".jupyter-envs" / "operations") == set()


@pytest.fixture(scope="module")
def before(world: World) -> dict[str, tuple[int | str, ...]]:
    """How everything was; since nothing may change, it is the same for all tests."""
    return everything(world.sandbox)


@pytest.mark.parametrize("kind", CASES)
def test_a_failed_create_leaves_nothing(
    world: World, before: dict[str, tuple[int | str, ...]], kind: str
) -> None:
    case = CASES[kind]
    _forget_archives(kind, world)

    refusal = refuse(world.sandbox, "create", *case.request(world))

    check(case, refusal, world)
    assert everything(world.sandbox) == before


@pytest.mark.parametrize("kind", UPDATES)
def test_a_failed_update_changes_nothing(
    world: World, before: dict[str, tuple[int | str, ...]], kind: str
) -> None:
    case = CASES[kind]
    _forget_archives(kind, world)

    refusal = refuse(world.sandbox, "update", "demo", *case.request(world))

    check(case, refusal, world)
    assert everything(world.sandbox) == before


def _forget_archives(kind: str, world: World) -> None:
    """A new cache for what is about archives: one that has the package needs no archive."""
    if kind in ARCHIVES:
        cache = world.sandbox.folder / "caches" / kind.replace(" ", "-")
        world.sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(cache)


@pytest.fixture(autouse=True)
def same_cache(world: World, shared_cache: Path) -> None:
    """Every test begins with the cache that all share."""
    world.sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(shared_cache)


def test_after_failed_updates_its_bytes_are_the_same_and_its_kernel_starts(
    world: World, jupyter: Path
) -> None:
    sandbox = world.sandbox
    generation = (sandbox.envs / "demo").resolve()
    before = manifest(generation), manifest(sandbox.home / "jupyter"), sandbox.registered()

    refusal = refuse(sandbox, "update", "demo", *CASES["a kernel that ends"].request(world))
    assert refusal.details[-1].startswith("ImportError: libsodium.so.23: cannot open shared")
    sandbox.wait_for_workers()

    assert (sandbox.envs / "demo").resolve() == generation
    after = manifest(generation), manifest(sandbox.home / "jupyter"), sandbox.registered()
    assert after == before
    with KernelSession(jupyter, sandbox.environ) as kernels:
        assert kernels.once("conda-env-demo-py", "import sys; print(sys.prefix)") == str(generation)


def test_what_pip_lines_find_at_conda_needs_no_pip(world: World) -> None:
    spec = world.spec("python", "demo-lib=1", pip=["demo-lib"])

    made = world.sandbox.json("create", spec, "--name", "satisfied")

    assert made["added"] == ["ipykernel"]
    world.sandbox.run("remove", "satisfied", "--yes")
