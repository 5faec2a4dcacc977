"""`/healthz` (`/livez`, `/readyz`) and `/metrics`, served by a thread: a worker whose event loop hangs must still be able to say so.

*Live*: the event loop came round lately, and no rebalance or recovery stands still. *Ready*: live, settled, and owner of partitions.
Faust's own page says OK for a worker that will never consume again.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.engine.faust.app import WorkerApp

HANGS_AFTER = 30.0  # seconds without a turn of the event loop; the largest chunk takes a few
STANDS_AFTER = 240.0  # seconds without progress in a rebalance or recovery; the watchdog ends the process a minute later

log = structlog.get_logger("redthread.worker")


class Health(NamedTuple):
    """What is known, and what follows."""

    silent_for: float  # seconds since the event loop last came round
    stuck_for: float  # seconds since a rebalance or recovery last moved
    settled: bool
    partitions: int

    @property
    def live(self) -> bool:
        return self.silent_for <= HANGS_AFTER and self.stuck_for <= STANDS_AFTER

    @property
    def ready(self) -> bool:
        return self.live and self.settled and self.partitions > 0

    def document(self) -> dict[str, Any]:
        return {"live": self.live, "ready": self.ready, **self._asdict()}


def health_of(app: WorkerApp) -> Health:
    """As of the last turn of the event loop; called by the serving thread, which must not touch the engine itself."""
    return Health(round(time.monotonic() - app.beat, 1), round(app.watchdog.stuck_for, 1), app.settled, app.owned)


@contextmanager
def serve(app: WorkerApp, host: str, port: int) -> Iterator[int]:
    """The port that is listened on, for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest(app.metrics.registry))
            elif path in ("/healthz", "/livez", "/readyz"):
                health = health_of(app)
                good = health.live if path == "/livez" else health.ready
                self._answer(200 if good else 503, "application/json", json.dumps(health.document()).encode() + b"\n")
            else:
                self._answer(404, "text/plain", b"/healthz /livez /readyz /metrics\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    log.info("listening", host=host, port=server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
