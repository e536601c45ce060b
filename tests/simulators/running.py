"""Any gateway simulator on a thread of the test, and what it has accepted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from outages.delivery.simulator import Simulator, read_journal, serve


class Running:
    """Where a simulator listens, and what it has accepted so far."""

    def __init__(self, simulator: Simulator, port: int) -> None:
        self.simulator = simulator
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def accepted(self) -> list[str]:
        """Keys in the order they were accepted, repeats included."""
        return [line["key"] for line in read_journal(self.simulator.journal)]

    def lines(self) -> list[dict[str, object]]:
        return read_journal(self.simulator.journal)


@contextmanager
def running(simulator: Simulator) -> Iterator[Running]:
    server = serve(simulator)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Running(simulator, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
