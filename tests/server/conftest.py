"""Servers, and a person with an environment that tests may look at but not change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest

from tests.server import file_source, spec_text
from tests.server.conformance import check
from tests.support.api_client import ApiClient, environment
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox
from tests.support.serve import ServedFolder, serve
from tests.support.server import JupyterServer

#: Under a hub a server has such a base_url; forgetting it anywhere fails everywhere.
BASE_URL = "/user/ada%40lab/"

#: How tornado and asyncio log what nobody has caught. A kernel that is ended while it starts
#: prints a traceback too, into the same log.
FAULTS = re.compile(
    "Uncaught exception(?! in ZMQStream callback)|Exception in callback|was never retrieved"
)


@pytest.fixture(scope="session")
def person(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Sandbox]:
    """Who has the session's server."""
    folder = tmp_path_factory.mktemp("person")
    sandbox = Sandbox(folder, cache=shared_cache, channels=(channel.url,))
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def server(person: Sandbox) -> Iterator[JupyterServer]:
    """One server for all tests that need none of their own."""
    with JupyterServer(
        person.environ, person.folder / "server", base_url=BASE_URL, check=check
    ) as running:
        yield running
    assert FAULTS.findall(running.log_text()) == []


@pytest.fixture(scope="session")
def client(server: JupyterServer) -> ApiClient:
    """Of the session's server."""
    return server.client


class Demo(msgspec.Struct, frozen=True):
    """An environment with two generations, made from ``file``; to be looked at only."""

    name: str
    file: str
    texts: tuple[str, str]
    prefixes: tuple[Path, Path]
    digests: tuple[str, str]


@pytest.fixture(scope="session")
def demo(server: JupyterServer, client: ApiClient) -> Demo:
    """The environment that all read-only tests share; it has a Python, and so a kernel."""
    name, file = "demo", "project/environment.yml"
    (server.root / "project").mkdir()
    texts: list[str] = []
    made: list[dict[str, Any]] = []
    for version in ("1.0", "1.1"):
        text = "# versions to go between\n" + spec_text("python", f"demo-lib={version}", name=name)
        (server.root / file).write_text(text)
        texts.append(text)
        if made:
            started = client.put(environment(name), {"source": file_source(file)})
        else:
            started = client.post("environments", {"source": file_source(file)})
        made.append(client.done(started))
    return Demo(
        name=name,
        file=file,
        texts=(texts[0], texts[1]),
        prefixes=(Path(made[0]["prefix"]), Path(made[1]["prefix"])),
        digests=(made[0]["lock_digest"], made[1]["lock_digest"]),
    )


_NUMBERS = count(1)


@pytest.fixture
def name() -> str:
    """A name that no other test has given to an environment of the session's server."""
    return f"env-{next(_NUMBERS)}"


@pytest.fixture
def unchanged(person: Sandbox, client: ApiClient) -> Iterator[None]:
    """Nothing was begun, so a person has what they had before."""

    def everything() -> list[object]:
        hidden = person.envs / ".jupyter-envs"
        return [
            client.get("environments").expect(200),
            client.get("operations").expect(200),
            sorted(path.name for path in (*person.envs.glob("*"), *hidden.glob("*"))),
            person.kernel_names(),
            person.registered(),
        ]

    before = everything()
    yield
    assert everything() == before


class Serve(Protocol):
    """Starts a server for one test."""

    def __call__(self, sandbox: Sandbox, **options: Any) -> JupyterServer: ...


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Serve]:
    """Starts servers that end with the test."""
    with ExitStack() as stack:
        numbers = count(1)

        def start(sandbox: Sandbox, **options: Any) -> JupyterServer:
            folder = tmp_path / f"server-{next(numbers)}"
            made = JupyterServer(sandbox.environ, folder, check=check, **options)
            return stack.enter_context(made)

        yield start


@pytest.fixture
def parked(channel: LocalChannel) -> Iterator[ServedFolder]:
    """A channel that does not answer for a minute: what waits for it goes on and can be
    stepped in at. Set ``manners`` to let it answer."""
    with serve(channel.path, delay=PARKED_SECONDS) as served:
        yield served


PARKED_SECONDS = 60.0
