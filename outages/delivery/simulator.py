"""An SMS gateway to try things on: it takes messages, sends none, and writes down each.

The journal is one JSON object a line, appended and flushed for every message accepted, so that it
is a record of its own whatever becomes of the sender. Faults are drawn from a seeded generator.
"""

import json
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from outages.delivery.gateway import Promise


@dataclass
class Faults:
    """Shares (0..1) of requests that go wrong, and the seconds each request takes."""

    refuse: float = 0.0  # 503, nothing accepted
    drop: float = 0.0  # accepted, then the connection is cut before the answer
    latency_s: float = 0.0
    seed: int = 1


@dataclass
class SmsSimulator:
    """The gateway's memory. `promise` is how it treats a key it has seen (see gateways.Promise)."""

    journal: Path
    promise: Promise = Promise.IDEMPOTENT
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._chance = random.Random(self.faults.seed)  # noqa: S311 - faults, not secrets
        self._seen = {line["key"]: line["reference"] for line in read_journal(self.journal)}

    def draws(self, share: float) -> bool:
        """Whether this request has the fault."""
        with self._lock:
            return self._chance.random() < share

    def accept(self, body: dict[str, Any]) -> str:
        """Take a message and return its reference; a repeat counts again unless idempotent."""
        key = str(body["key"])
        with self._lock:
            if self.promise == Promise.IDEMPOTENT and key in self._seen:
                return self._seen[key]
            reference = uuid4().hex[:12]
            self._seen[key] = reference
            line = {
                "at": time.time(),
                "key": key,
                "to": body["to"],
                "text": body["text"],
                "reference": reference,
            }
            with self.journal.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(line, ensure_ascii=False) + "\n")
            return reference

    def find(self, key: str) -> str | None:
        """Return the reference of a key, if this gateway answers such questions."""
        with self._lock:
            return self._seen.get(key) if self.promise != Promise.NEITHER else None


def read_journal(journal: Path) -> list[dict[str, Any]]:
    """Return what a gateway has accepted, oldest first."""
    if not journal.exists():
        return []
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]


def serve(
    simulator: SmsSimulator, *, host: str = "127.0.0.1", port: int = 0
) -> ThreadingHTTPServer:
    """Return a server, not yet running. Port 0 takes a free one."""
    handler = type("Handler", (_Handler,), {"simulator": simulator})
    server = ThreadingHTTPServer((host, port), handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    simulator: SmsSimulator
    protocol_version = "HTTP/1.1"
    # Head and body are two small writes: the second would wait 40 ms for the first's receipt.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Take one message: POST /messages."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(self.simulator.faults.latency_s)
        if self.path != "/messages":
            self._answer(404, {})
        elif self.simulator.draws(self.simulator.faults.refuse):
            self._answer(503, {"error": "busy"})
        else:
            self._take(raw)

    def do_GET(self) -> None:
        """Say whether a key was accepted: GET /messages/{key}."""
        reference = self.simulator.find(self.path.rpartition("/")[2])
        if reference is None:
            self._answer(404, {})
        else:
            self._answer(200, {"reference": reference})

    def _take(self, raw: bytes) -> None:
        try:
            body = json.loads(raw)
            reference = self.simulator.accept(body)
        except (ValueError, KeyError, TypeError):
            self._answer(400, {"error": "key, to and text are needed"})
            return
        if self.simulator.draws(self.simulator.faults.drop):
            # Closing the file objects alone sends nothing: the socket must be shut down.
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self._answer(202, {"reference": reference})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the journal is the record."""
