"""An SMS gateway on this machine, for the demo: it sends nothing and keeps a journal."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from outages.delivery.gateway import Promise
from outages.delivery.simulator import Faults, SmsSimulator, serve


class Command(BaseCommand):
    """`sms_simulator --port 8025`, with GATEWAYS={"sms": {"url": "http://127.0.0.1:8025"}}."""

    help = "Run an SMS gateway that records what it receives and sends nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--host, --port, --journal, --promise and the faults."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8025)
        parser.add_argument("--journal", type=Path, default=settings.STATE_DIR / "sms.jsonl")
        parser.add_argument("--promise", type=Promise, choices=list(Promise), default="idempotent")
        parser.add_argument("--refuse", type=float, default=0.0, help="share answered 503")
        parser.add_argument("--drop", type=float, default=0.0, help="share accepted, then cut off")
        parser.add_argument("--latency", type=float, default=0.0, help="seconds a request takes")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve until stopped."""
        faults = Faults(
            refuse=options["refuse"], drop=options["drop"], latency_s=options["latency"]
        )
        simulator = SmsSimulator(
            journal=options["journal"], promise=Promise(options["promise"]), faults=faults
        )
        server = serve(simulator, host=options["host"], port=options["port"])
        self.stdout.write(f"http://{options['host']}:{server.server_port} -> {options['journal']}")
        # The first process of a container has no default way to end: asked to, it ends like Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
