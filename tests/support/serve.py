"""Serve a folder over HTTP on the loopback interface, with the moods that channels have."""

from __future__ import annotations

import base64
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How a served folder answers. ``delay`` is in seconds, before each answer."""

    token: str | None = None
    basic: tuple[str, str] | None = None
    bearer: str | None = None
    delay: float = 0.0
    bytes_per_second: int | None = None

    def refusal(self, path: str, authorization: str | None) -> HTTPStatus | None:
        """Status for a request without the right credentials, None for a welcome one."""
        if self.token is not None and not path.startswith(f"/t/{self.token}/"):
            # A wrong token is refused; without one a private channel seems not to exist.
            return HTTPStatus.UNAUTHORIZED if path.startswith("/t/") else HTTPStatus.NOT_FOUND
        expected = self._authorization()
        if expected is None or authorization == expected:
            return None
        return HTTPStatus.FORBIDDEN if authorization else HTTPStatus.UNAUTHORIZED

    def _authorization(self) -> str | None:
        if self.basic is not None:
            return "Basic " + base64.b64encode(":".join(self.basic).encode()).decode()
        return None if self.bearer is None else f"Bearer {self.bearer}"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What is said in place of a file. ``body`` None is the file's own content.

    ``stall_after``: so many bytes come, the rest never does, and the connection stays open.
    """

    status: int = 200
    headers: dict[str, str] = {}
    body: bytes | None = None
    stall_after: int | None = None


class ServedFolder:
    """A folder being served; made by ``serve``.

    ``requests`` lists (method, path as asked, status) in the order of the answers. ``url`` has
    no slash at its end and holds the token, if any; other credentials go into headers.
    ``replies`` has what is answered, from now on, to paths with these endings.
    """

    def __init__(self, directory: Path, manners: Manners) -> None:
        self.directory = directory.resolve()
        self.manners = manners
        self.requests: list[tuple[str, str, int]] = []
        self.down = threading.Event()
        self.replies: dict[str, Reply] = {}
        self._failures: list[int] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), partial(_Handler, self))
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        """The URL of the folder."""
        return f"http://{self.host}" + (f"/t/{self.manners.token}" if self.manners.token else "")

    def fail_next(self, count: int, status: int) -> None:
        """Answer the next ``count`` requests with the error ``status``."""
        with self._lock:
            self._failures = [status] * count

    def go_down(self) -> None:
        """Refuse connections from now on, and cut off answers that are on their way."""
        self.down.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(timeout=10)
            self._server.server_close()

    def reply_to(self, path: str) -> Reply | None:
        """What is to be answered to ``path`` in place of its file, if anything."""
        return next((said for end, said in self.replies.items() if path.endswith(end)), None)

    def next_failure(self) -> int | None:
        """The error to answer with now, if one was asked for."""
        with self._lock:
            return self._failures.pop() if self._failures else None


@contextmanager
def serve(
    directory: Path,
    *,
    token: str | None = None,
    basic: tuple[str, str] | None = None,
    bearer: str | None = None,
    delay: float = 0.0,
    bytes_per_second: int | None = None,
) -> Iterator[ServedFolder]:
    """Serve ``directory`` on a free port of 127.0.0.1 until the block ends.

    With ``token`` only paths below ``/t/<token>/`` exist; ``basic`` is (user, password);
    ``delay`` is in seconds; ``bytes_per_second`` slows each answer down by itself.
    """
    manners = Manners(
        token=token, basic=basic, bearer=bearer, delay=delay, bytes_per_second=bytes_per_second
    )
    served = ServedFolder(directory, manners)
    try:
        yield served
    finally:
        served.go_down()


class _Server(ThreadingHTTPServer):
    # Threads end by themselves: each answers one request and watches ``down``.
    daemon_threads = True

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """A client that hangs up (a cancelled download) is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    # HTTP/1.0, the default, closes after each answer: no idle connections to wait for.
    timeout = 30

    def __init__(
        self,
        served: ServedFolder,
        request: socket.socket,
        client_address: tuple[str, int],
        server: _Server,
    ) -> None:
        self.served = served
        super().__init__(request, client_address, server)

    def do_GET(self) -> None:
        """Answer with the file, or the part of it that was asked for."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Stay quiet; ``requests`` is the log."""

    def _answer(self, *, with_body: bool) -> None:
        manners = self.served.manners
        self.served.down.wait(manners.delay)
        refused = manners.refusal(self.path, self.headers["Authorization"])
        status = refused or self.served.next_failure()
        file = self._file()
        if status is None and (reply := self.served.reply_to(self.path)) is not None:
            self._say(reply, file)
            return
        if status is not None or file is None:
            self._head(status or HTTPStatus.NOT_FOUND, {"Content-Length": "0"})
            return
        data = file.read_bytes()
        tag = f'"{file.stat().st_mtime_ns:x}-{len(data):x}"'
        if self.headers["If-None-Match"] == tag:
            self._head(HTTPStatus.NOT_MODIFIED, {"ETag": tag})
            return
        headers = {"ETag": tag, "Accept-Ranges": "bytes", "Content-Type": _content_type(file)}
        part = self._part(len(data))
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(data)}"
            data = data[part]
        headers["Content-Length"] = str(len(data))
        self._head(HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT, headers)
        if with_body:
            self._send(data)

    def _say(self, reply: Reply, file: Path | None) -> None:
        data = reply.body
        if data is None:
            data = file.read_bytes() if file is not None else b""
        self._head(reply.status, {"Content-Length": str(len(data)), **reply.headers})
        if self.command == "HEAD":
            return
        self._send(data[: reply.stall_after])
        if reply.stall_after is not None:
            self.wfile.flush()
            self.served.down.wait()

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.served.requests.append((self.command, self.path, int(status)))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="channel"')
        self.end_headers()

    def _file(self) -> Path | None:
        path = unquote(urlsplit(self.path).path)
        if self.served.manners.token is not None:
            path = path.removeprefix(f"/t/{self.served.manners.token}")
        file = (self.served.directory / path.lstrip("/")).resolve()
        inside = file.is_relative_to(self.served.directory)
        return file if inside and file.is_file() else None

    def _part(self, size: int) -> slice | None:
        """The range asked for, if it is one we can give."""
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers["Range"] or "")
        if match is None or match.group() == "bytes=-":
            return None
        first, last = match.groups()
        if not first:
            return slice(max(0, size - int(last)), size)
        stop = min(size, int(last) + 1) if last else size
        return slice(int(first), stop) if int(first) < stop else None

    def _send(self, data: bytes) -> None:
        rate = self.served.manners.bytes_per_second
        # Ten steps a second, so that progress is smooth and going down is quick.
        step = max(1, rate // 10) if rate else 64 * 1024
        for start in range(0, len(data), step):
            if self.served.down.wait(0.1 if rate else 0):
                return
            self.wfile.write(data[start : start + step])


def _content_type(file: Path) -> str:
    return "application/json" if file.suffix == ".json" else "application/octet-stream"
