"""Start the limits of open reports, orders and outages that have none. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from outages.services.rules.afterwards import start_missing


class Command(BaseCommand):
    """Needed once, after records of another system were taken over."""

    help = "Start the limits of open reports, orders and outages that have none."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --dry-run."""
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be started, change nothing"
        )

    def handle(self, *_args: Any, dry_run: bool, **_options: Any) -> None:
        """Start them, and say how many."""
        with transaction.atomic():
            started = start_missing(at=timezone.now())
            if dry_run:
                transaction.set_rollback(True)
        total = started.reports + started.orders + started.outages
        word = "would be started" if dry_run else "started"
        self.stdout.write(
            f"{total} limits {word}: {started.reports} of reports, {started.orders} of orders, "
            f"{started.outages} of outages"
        )
