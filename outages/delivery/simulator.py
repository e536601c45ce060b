"""Gateways to try things on: they take messages, send none, and write down each.

The journal is one JSON object a line, appended and flushed for every message accepted, so that it
is a record of its own whatever becomes of the sender. Faults are drawn from a seeded generator.
`Simulator` speaks HTTP and goes wrong; what is accepted, and how, its subclasses say.
"""

import json
import random
import socket
import sys
import threading
import time
from collections.abc import Mapping
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
    throttle: float = 0.0  # 429 with Retry-After, nothing accepted
    drop: float = 0.0  # accepted, then the connection is cut before the answer
    late: float = 0.0  # accepted, then answered after `late_s`
    late_s: float = 30.0
    latency_s: float = 0.0
    seed: int = 1


@dataclass(frozen=True)
class Request:
    """What came in. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer; `accepted` says that a message was taken, whose answer may then be lost."""

    status: int
    body: dict[str, Any]
    accepted: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class Simulator:
    """The server side of a gateway: its journal and its faults."""

    def __init__(self, *, journal: Path, faults: Faults | None = None) -> None:
        self.journal = journal
        self.faults = faults or Faults()
        self.lock = threading.Lock()
        self._chance = random.Random(self.faults.seed)  # noqa: S311 - faults, not secrets

    def take(self, request: Request) -> Reply:
        """Say what becomes of a request that no fault has met yet."""
        raise NotImplementedError

    def draws(self, share: float) -> bool:
        """Whether this request has the fault."""
        with self.lock:
            return self._chance.random() < share

    def write_down(self, **line: Any) -> None:
        """Keep one message accepted; the caller holds the lock."""
        with self.journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps({"at": time.time(), **line}, ensure_ascii=False) + "\n")


class SmsSimulator(Simulator):
    """An SMS provider: POST /messages, GET /messages/{key}. `promise` is how it treats a repeat."""

    def __init__(
        self,
        *,
        journal: Path,
        promise: Promise = Promise.IDEMPOTENT,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(journal=journal, faults=faults)
        self.promise = promise
        self._seen = {line["key"]: line["reference"] for line in read_journal(journal)}

    def take(self, request: Request) -> Reply:
        """Take one message, or say whether a key was accepted."""
        if request.method == "GET":
            reference = self.find(request.path.rpartition("/")[2])
            return Reply(200, {"reference": reference}) if reference else Reply(404, {})
        if request.path != "/messages":
            return Reply(404, {})
        try:
            return Reply(202, {"reference": self.accept(json.loads(request.body))}, accepted=True)
        except (ValueError, KeyError, TypeError):
            return Reply(400, {"error": "key, to and text are needed"})

    def accept(self, body: dict[str, Any]) -> str:
        """Take a message and return its reference; a repeat counts again unless idempotent."""
        key = str(body["key"])
        with self.lock:
            if self.promise == Promise.IDEMPOTENT and key in self._seen:
                return self._seen[key]
            reference = uuid4().hex[:12]
            self._seen[key] = reference
            self.write_down(key=key, to=body["to"], text=body["text"], reference=reference)
            return reference

    def find(self, key: str) -> str | None:
        """Return the reference of a key, if this gateway answers such questions."""
        with self.lock:
            return self._seen.get(key) if self.promise != Promise.NEITHER else None


def read_journal(journal: Path) -> list[dict[str, Any]]:
    """Return what a gateway has accepted, oldest first."""
    if not journal.exists():
        return []
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]


def serve(simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """Return a server, not yet running. Port 0 takes a free one."""
    handler = type("Handler", (_Handler,), {"simulator": simulator})
    server = _Server((host, port), handler)
    server.daemon_threads = True
    return server


class _Server(ThreadingHTTPServer):
    # Many senders come at once; a connection that is turned away would look like a fault.
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about who was killed in the middle of a request; tell of the rest."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    simulator: Simulator
    protocol_version = "HTTP/1.1"
    # Head and body are two small writes: the second would wait 40 ms for the first's receipt.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Take what is sent, with the faults of this gateway."""
        simulator, faults = self.simulator, self.simulator.faults
        request = self._request()
        if request is None:
            return
        time.sleep(faults.latency_s)
        if simulator.draws(faults.refuse):
            self._answer(Reply(503, {"error": "busy"}))
            return
        if simulator.draws(faults.throttle):
            self._answer(Reply(429, {"error": "slower"}, headers={"Retry-After": "1"}))
            return
        reply = simulator.take(request)
        if reply.accepted and simulator.draws(faults.drop):
            # Closing the file objects alone sends nothing: the socket must be shut down.
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        if reply.accepted and simulator.draws(faults.late):
            time.sleep(faults.late_s)
        self._answer(reply)

    def do_GET(self) -> None:
        """Answer a question."""
        if (request := self._request()) is not None:
            self._answer(self.simulator.take(request))

    def _request(self) -> Request | None:
        """Read one request; None where its sender was gone before the end of it."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, self.path, headers, body)

    def _answer(self, reply: Reply) -> None:
        payload = json.dumps(reply.body).encode()
        try:
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)
        except (BrokenPipeError, ConnectionResetError):
            # Who asked has gone: killed, or out of patience.
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the journal is the record."""
