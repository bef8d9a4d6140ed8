"""A receiver of webhooks: a real HTTP server on a free port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sink:
    """What arrived, as (path, headers, body), and what it answers from now on.

    Statuses in `next` are answered first, one each. While it is `hung` it answers nothing.
    """

    port: int = 0
    status: int = 204
    location: str = ""
    next: list[int] = field(default_factory=list)
    arrived: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    hung: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=lianshu"


def _handler(sink: Sink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.arrived.append((self.path, dict(self.headers.items()), body))
            if sink.hung:
                sink.released.wait()
                return
            self.send_response(sink.next.pop(0) if sink.next else sink.status)
            if sink.location:
                self.send_header("Location", sink.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Tests read what arrived, not a log."""

    return Handler


@contextmanager
def open_sink() -> Iterator[Sink]:
    """A sink that listens until the end of the block."""
    sink = Sink()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(sink))
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield sink
    finally:
        sink.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
