"""A person whose requests go wrong, and the channels and wheels that make them."""

from __future__ import annotations

import base64
import hashlib
import socket
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.cli.channels import make_channel
from tests.support.channel import LocalChannel
from tests.support.channel.archive import Entry, Recipe
from tests.support.channel.damage import with_damaged_package, with_replaced_package
from tests.support.sandbox import Sandbox
from tests.support.serve import ServedFolder, serve

#: Stands for every password and token of these requests.
SECRET = "s3cret-w0rd"


class World:
    """A person, and the channels and wheels that their requests go wrong on."""

    def __init__(self, sandbox: Sandbox, channel: LocalChannel, stack: ExitStack) -> None:
        self.sandbox = sandbox
        self.channel = channel
        folder = sandbox.folder
        self.damaged = with_damaged_package(channel, "text-prefix", folder)
        self.replaced = with_replaced_package(channel, "text-prefix", folder)
        script = Entry("etc/conda/activate.d/bad.sh", b"exit 3\n")
        bad_script = Recipe(name="bad-script", version="1.0", files=(script,))
        self.scripts = make_channel(folder / "scripts", bad_script)
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        write_wheel(self.wheels, "thief", "demo_lib.py")
        write_wheel(self.wheels, "needy", "needy.py", requires="demo-lib>=2")
        write_wheel(self.wheels, "demo-lib", "demo_lib.py", version="1.1")
        self.serve: Callable[[LocalChannel], ServedFolder] = lambda served: stack.enter_context(
            serve(served.path)
        )
        sandbox.configure(
            channels=[channel.url], envs_dirs=[str(sandbox.envs)], remote_max_retries=0
        )
        sandbox.environ.update(
            PIP_NO_INDEX="1", PIP_FIND_LINKS=str(self.wheels), UV_HTTP_RETRIES="0"
        )

    def spec(self, *dependencies: str, **sections: object) -> Path:
        """An environment.yml whose name is the one that must not come to be."""
        return self.sandbox.spec(*dependencies, name="new", **sections)

    def answering(self, status: int) -> str:
        """The URL of a channel that answers every request with ``status``."""
        served = self.serve(self.channel)
        served.fail_next(1000, status)
        return served.url


def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def write_wheel(
    folder: Path, name: str, module: str, *, version: str = "1.0", requires: str | None = None
) -> Path:
    """A pure wheel with one module."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Dist: {requires}\n" if requires else ""
    members = {
        module: f'"""{name}"""\n',
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{path},sha256={_hash(text)},{len(text)}\n" for path, text in members.items()]
    members[f"{info}/RECORD"] = "".join((*lines, f"{info}/RECORD,,\n"))
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in members.items():
            archive.writestr(path, text)
    return wheel


def _hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
