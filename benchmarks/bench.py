"""The surroundings of a run: a user with an empty home, a warm cache, made on first use."""

from __future__ import annotations

import itertools
import os
import shutil
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from benchmarks.large_channel import LargeChannel, large_channel
from benchmarks.measure import Skipped, remove
from benchmarks.synthetic import fill, occupy, remember
from jupyter_envs.engine import (
    CacheDirs,
    InstallRequest,
    Resolution,
    Session,
    Solution,
    SolveRequest,
    detect_target,
    install,
    load_metadata,
    open_session,
    prepare,
    read_configuration,
    solve,
)
from jupyter_envs.operations import Settings, default_settings
from jupyter_envs.store import Store, fill_cache
from tests.support.channel import ChannelUnavailableHere, LocalChannel, local_channel
from tests.support.channel.catalogue import PACKAGES
from tests.support.channel.download import wheels_for
from tests.support.channel.interpreters import describe, running_executable
from tests.support.sandbox import Sandbox

#: What a notebook user has, as far as the local channel goes: 46 packages.
NOTEBOOK = ("ipykernel", "numpy", "pandas", "matplotlib", "rich", "tqdm", "pip")
_FEW = 5
#: The smallest that is usual: 34 packages with what they need.
SMALL = ("ipykernel", "pip", "numpy", "pandas")
#: What a busy user's store holds. More than 200 journals are not kept.
ENVIRONMENTS = 100
OPERATIONS = 200


class Bench:
    """One run. ``repeat`` is how often each measurement is made, ``few`` how often one is that
    takes several seconds each time."""

    def __init__(self, folder: Path, *, repeat: int) -> None:
        self.folder = folder
        self.repeat = repeat
        self.few = min(repeat, _FEW)
        self.warmed = False
        self._numbers = itertools.count()

    @cached_property
    def channel(self) -> LocalChannel:
        """The local channel. Raises Skipped where it cannot be made."""
        try:
            return local_channel(print)
        except ChannelUnavailableHere as error:
            raise Skipped(f"no local channel: {error}") from error

    @cached_property
    def user(self) -> Sandbox:
        """The user; from now on this process is theirs too, so that both see the same."""
        user = Sandbox(self.folder, cache=self.folder / "cache", channels=(self.channel.url,))
        os.environ.clear()
        os.environ.update(user.environ)
        return user

    @property
    def settings(self) -> Settings:
        """The user's settings."""
        return default_settings(read_configuration(self.user.environ, self.user.home))

    def fresh(self, kind: str = "fresh") -> Path:
        """A path that does not exist yet, on the file system of the cache."""
        return self.folder / f"{kind}-{next(self._numbers)}"

    def dependencies(self, names: Sequence[str]) -> tuple[str, ...]:
        """``names`` with the Python that runs us, for which there are wheels too."""
        return (f"python={self.channel.python_minors[0]}", *names)

    @cached_property
    def session(self) -> Session:
        """The engine, to install by."""
        return self._open(self.channel.url)[0]

    def solution(self, names: Sequence[str]) -> Solution:
        """The packages for ``names``, solved on the local channel."""
        return self.solved(self.channel.url, self.dependencies(names))

    def _open(self, channel: str) -> tuple[Session, Resolution]:
        self.user.envs.mkdir(parents=True, exist_ok=True)
        # Its client keeps what it was opened with; nothing is held that needs closing.
        with open_session(
            read_configuration(self.user.environ, self.user.home),
            CacheDirs.under(self.folder / "cache"),
            (channel,),
            base=self.folder,
            offline=False,
            home=self.user.home,
        ) as opened:
            return opened

    def solved(self, channel: str, dependencies: tuple[str, ...]) -> Solution:
        """The packages for ``dependencies`` of any channel, given by its URL."""
        session, resolution = self._open(channel)
        request = SolveRequest(
            dependencies=dependencies,
            resolution=resolution,
            target=detect_target(),
            priority="strict",
        )
        question = prepare(request, session)
        load_metadata(question, session)
        return solve(request, question, session)

    @cached_property
    def large_channel(self) -> LargeChannel:
        """120 packages and their wheels. Raises Skipped where they cannot be had."""
        return large_channel()

    @cached_property
    def large(self) -> Solution:
        """All packages of the large channel, in the cache."""
        solution = self.solved(self.large_channel.url, self.large_channel.dependencies)
        self.install(solution, self.fresh("prefix"))
        return solution

    @cached_property
    def large_bytecode(self) -> Path:
        """A cache that has the bytecode of the same."""
        cache = self.session.cache.bytecode
        prefix = self.install(self.large, self.fresh("prefix"))
        fill_cache(prefix, cache, nice=0)
        remove(prefix)
        return cache

    def install(self, solution: Solution, prefix: Path) -> Path:
        """The engine's install phase."""
        request = InstallRequest(prefix=prefix, requested=())
        install(solution, request, self.session, lambda *_: None)
        return prefix

    @cached_property
    def demo(self) -> str:
        """An environment for notebooks with two generations; its name."""
        self.user.create(*self.dependencies(NOTEBOOK), name="demo")
        changed = self.user.spec(
            *self.dependencies(NOTEBOOK), name="demo", variables={"GENERATION": "2"}
        )
        self.user.json("update", "demo", changed)
        return "demo"

    @cached_property
    def crowd(self) -> Sandbox:
        """Another user, with many environments and operations. A process runs in one of ten."""
        return self._crowd(ENVIRONMENTS)

    @cached_property
    def throng(self) -> Sandbox:
        """One with ten times as many environments."""
        return self._crowd(10 * ENVIRONMENTS)

    def _crowd(self, environments: int) -> Sandbox:
        folder = self.fresh("crowd")
        model = self.user.envs / self.demo
        folder.mkdir()
        crowd = Sandbox(folder, cache=self.folder / "cache", channels=(self.channel.url,))
        store = Store(crowd.envs)
        for slug in fill(store, model, environments)[::10]:
            occupy(store, slug)
        remember(store, Store(self.user.envs), OPERATIONS)
        return crowd

    def wheels(self) -> Path:
        """The folder of wheels that the channel's packages were made from."""
        interpreter = describe(running_executable())
        if interpreter is None:
            raise Skipped("the wheels of the running Python are not known")
        return wheels_for(interpreter, PACKAGES, closure=True)[0].parent

    def uv(self) -> str:
        """The uv program."""
        places = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
        found = shutil.which("uv", path=places)
        if found is None:
            raise Skipped("uv is not installed")
        return found

    def close(self) -> None:
        """End what is left of the user's processes, and remove everything."""
        if "user" in vars(self):
            self.user.close()
        with suppress(OSError):
            remove(self.folder)
