"""A child process that asks channels for a package the way a session does.

Reads ``{"channels", "home", "private"}`` from stdin, prints what rattler found or its error,
and ends with ``os._exit``: rattler's threads do not survive an ordinary interpreter exit.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

REPOSITORY = Path(__file__).parents[2]


class Answer(msgspec.Struct, frozen=True):
    """URLs of the packages found, or the error; and what the process saw of the logins."""

    urls: tuple[str, ...] = ()
    error: str = ""
    redacted: str = ""
    problems: tuple[tuple[str, str], ...] = ()


def write_channel(folder: Path) -> Path:
    """A channel with one package ``pkg`` in linux-64 and in noarch; the archives are not there."""
    for subdir in ("linux-64", "noarch"):
        record = {"name": "pkg", "version": "1.0", "build": "0", "build_number": 0, "depends": []}
        record |= {"subdir": subdir, "sha256": "0" * 64, "md5": "0" * 32, "size": 1}
        index: dict[str, Any] = {"info": {"subdir": subdir}, "packages": {}, "repodata_version": 1}
        index["packages.conda"] = {"pkg-1.0-0.conda": record}
        (folder / subdir).mkdir(parents=True)
        (folder / subdir / "repodata.json").write_text(json.dumps(index), "utf-8")
    return folder


def ask(channels: Sequence[str], home: Path, environ: Mapping[str, str] | None = None) -> Answer:
    """Ask ``channels`` in a child whose whole environment is ``environ``."""
    home.mkdir(exist_ok=True)
    private = home / "private"
    private.mkdir(exist_ok=True)
    request = {"channels": channels, "home": str(home), "private": str(private)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.ask_channel"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "HOME": str(home), **(environ or {})},
        timeout=60,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Answer)


async def _query(request: dict[str, Any]) -> Answer:
    from rattler import Client, Config, Gateway

    from jupyter_envs.engine.channels import resolve_channels
    from jupyter_envs.engine.configuration import read_configuration
    from jupyter_envs.engine.credentials import find_credentials, redact, write_auth_file
    from jupyter_envs.engine.network import network_environment, rattler_config_toml

    home, private = Path(request["home"]), Path(request["private"])
    configuration = read_configuration(home=home, system_root=private)
    resolution = resolve_channels(request["channels"], configuration)
    credentials = find_credentials(resolution, configuration, environ=os.environ, home=home)
    os.environ.update(network_environment(configuration))
    auth_file = write_auth_file(credentials, private / "auth.json")
    toml = rattler_config_toml(configuration, auth_file, credentials)
    config, unknown = Config.from_toml_with_unused_keys(toml)
    assert not unknown, unknown
    gateway = Gateway(
        cache_dir=private / "repodata",
        client=Client.from_config(config, max_retries=configuration.max_retries),
    )
    problems = tuple((problem.where, problem.reason) for problem in credentials.problems)
    urls = [channel.url for channel in resolution.channels]
    try:
        found = await gateway.query(urls, ["linux-64", "noarch"], ["pkg"], recursive=False)
    except Exception as error:  # noqa: BLE001 - whatever it is, the test wants to see it
        text = str(error)
        return Answer(error=text, redacted=redact(text, credentials), problems=problems)
    return Answer(urls=tuple(sorted(r.url for rs in found for r in rs)), problems=problems)


def _main() -> None:
    answer = asyncio.run(_query(json.load(sys.stdin)))
    sys.stdout.write(msgspec.json.encode(answer).decode())
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    _main()
