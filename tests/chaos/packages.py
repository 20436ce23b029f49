"""A channel of three packages that are installed in no time: what dies often is made often.

The kernel is a real one, as far as a verification goes: it answers ``kernel_info`` over sockets
with signed messages. It is run by the Python of the tests (``CHAOS_PYTHON``).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from tests.support.channel.archive import PLACEHOLDER, Entry, Recipe, write_archive
from tests.support.channel.cache import REPOSITORY, cache_root, cached_folder

VERSIONS = ("1.0", "2.0")

#: It ends with whoever started it, as ipykernel does.
_KERNEL = """\
import hashlib, hmac, json, os, sys, uuid

import zmq

with open(sys.argv[1]) as file:
    place = json.load(file)
parent = int(os.environ["JPY_PARENT_PID"])  # who started it may be dead already
context = zmq.Context()
kinds = {"shell": zmq.ROUTER, "control": zmq.ROUTER, "stdin": zmq.ROUTER,
         "iopub": zmq.PUB, "hb": zmq.REP}
sockets = {}
for name, kind in kinds.items():
    sockets[name] = context.socket(kind)
    sockets[name].bind(f"tcp://{place['ip']}:{place[name + '_port']}")
poller = zmq.Poller()
for name in ("shell", "control", "hb"):
    poller.register(sockets[name], zmq.POLLIN)


def answer(socket):
    parts = socket.recv_multipart()
    at = parts.index(b"<IDS|MSG>")
    asked = json.loads(parts[at + 2])
    kind = asked["msg_type"]
    if kind == "shutdown_request":
        sys.exit(0)
    header = {**asked, "msg_id": uuid.uuid4().hex, "msg_type": kind.replace("request", "reply")}
    content = {"status": "ok", "implementation": "tiny", "protocol_version": "5.3",
               "language_info": {"name": "tiny", "version": "1.0"}}
    words = [json.dumps(part).encode() for part in (header, asked, {}, content)]
    seal = hmac.new(place["key"].encode(), digestmod=hashlib.sha256)
    for word in words:
        seal.update(word)
    socket.send_multipart([*parts[:at + 1], seal.hexdigest().encode(), *words])


while os.getppid() == parent:
    for socket, _ in poller.poll(200):
        if socket is sockets["hb"]:
            socket.send(socket.recv())
        else:
            answer(socket)
"""

_START = f"""\
#!/bin/sh
exec "$CHAOS_PYTHON" -I "{PLACEHOLDER}/share/tiny-kernel/kernel.py" "$@"
"""


def _tool(version: str) -> Recipe:
    program = f'#!/bin/sh\necho "tool {version} of {PLACEHOLDER}"\n'
    return Recipe(
        name="tool",
        version=version,
        files=(
            Entry("bin/tool", program.encode(), executable=True, prefix="text"),
            Entry("share/tool/notes.txt", f"tool {version}\n".encode()),
        ),
    )


def _kernel() -> Recipe:
    spec = {"argv": ["tiny-kernel", "{connection_file}"], "display_name": "Tiny",
            "language": "tiny"}  # fmt: skip
    return Recipe(
        name="tiny-kernel",
        version="1.0",
        noarch=None,  # a directory of nothing but noarch packages would be of no platform
        files=(
            Entry("bin/tiny-kernel", _START.encode(), executable=True, prefix="text"),
            Entry("share/tiny-kernel/kernel.py", _KERNEL.encode()),
            Entry("share/jupyter/kernels/tiny/kernel.json", json.dumps(spec).encode()),
        ),
    )


def chaos_channel() -> Path:
    """The channel's folder; it is made once and kept in the test cache."""
    digest = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    return cached_folder(cache_root() / "chaos", digest, _fill)


def _fill(folder: Path) -> None:
    for recipe in (*map(_tool, VERSIONS), _kernel()):
        write_archive(recipe, folder)
    command = [sys.executable, "-m", "tests.support.channel.index", str(folder)]
    subprocess.run(command, check=True, cwd=REPOSITORY, timeout=120)
