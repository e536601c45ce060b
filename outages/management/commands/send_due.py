"""Send what is due, without Celery: the outbox needs no broker."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from outages.delivery import outbox, shards
from outages.services.publishing import watching

# Where nothing else runs, nobody else tells of what is stuck.
WATCH_EVERY_S = 30.0


class Command(BaseCommand):
    """`send_due` once, or `--loop` until it is stopped."""

    help = "Send the deliveries that are due. With --loop, go on until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--loop, --every, --lease."""
        parser.add_argument("--loop", action="store_true")
        parser.add_argument("--every", type=float, default=2.0, help="seconds between rounds")
        parser.add_argument(
            "--lease", type=float, default=outbox.LEASE_S, help="seconds that a claim holds"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Send once, or round after round; a database that is away is waited for."""
        watched_at = time.monotonic()
        while True:
            try:
                outcomes = shards.send_side_by_side(lease_s=options["lease"])
                if options["loop"] and time.monotonic() - watched_at > WATCH_EVERY_S:
                    watched_at = time.monotonic()
                    watching.watch(at=timezone.now())
            except OperationalError as error:
                if not options["loop"]:
                    raise
                self.stderr.write(f"database away: {type(error).__name__}")
            else:
                if outcomes:
                    self.stdout.write(", ".join(f"{n} {name}" for name, n in outcomes.items()))
            if not options["loop"]:
                return
            close_old_connections()
            time.sleep(options["every"])
