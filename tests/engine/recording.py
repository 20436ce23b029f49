"""A server that plays an index, a TLS host or a proxy, and keeps what it was asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit


class Recorder(SimpleHTTPRequestHandler):
    """Serves a folder, also to clients that take it for a proxy and send whole URLs."""

    port: ClassVar[int]
    hosts: ClassVar[list[str]]
    proxy_logins: ClassVar[list[str | None]]
    authorization: ClassVar[str | None]

    def do_GET(self) -> None:
        """Answer with the file or the folder's index.html."""
        self.hosts.append(urlsplit(self.path).netloc)
        self.proxy_logins.append(self.headers["Proxy-Authorization"])
        self.path = urlsplit(self.path).path
        if self.authorization and self.headers["Authorization"] != self.authorization:
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses our certificate is what some tests are about."""


@contextmanager
def recording(
    folder: Path, *, certificate: Path | None = None, authorization: str | None = None
) -> Iterator[type[Recorder]]:
    """Serve ``folder`` on a free port of 127.0.0.1: ``port`` of what is yielded.

    ``certificate`` (with its ``.key`` beside it) makes it TLS; ``authorization`` is the header
    that every request must carry.
    """

    class Handler(Recorder):
        hosts: ClassVar[list[str]] = []
        proxy_logins: ClassVar[list[str | None]] = []

    Handler.authorization = authorization
    server = _Server(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Handler.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield Handler
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
