"""The SMS gateway simulator on a thread of the test, with its journal in a temporary folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from outages.delivery.gateway import Promise
from outages.delivery.simulator import Faults, SmsSimulator, read_journal, serve


class RunningGateway:
    """Where the gateway listens, and what it has accepted so far."""

    def __init__(self, port: int, journal: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._journal = journal

    def accepted(self) -> list[str]:
        """Keys in the order they were accepted, repeats included."""
        return [line["key"] for line in read_journal(self._journal)]

    def numbers(self) -> list[str]:
        return [line["to"] for line in read_journal(self._journal)]


@contextmanager
def sms_gateway(
    folder: Path, *, promise: Promise = Promise.IDEMPOTENT, faults: Faults | None = None
) -> Iterator[RunningGateway]:
    journal = folder / "journal.jsonl"
    server = serve(SmsSimulator(journal=journal, promise=promise, faults=faults or Faults()))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield RunningGateway(server.server_port, journal)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
