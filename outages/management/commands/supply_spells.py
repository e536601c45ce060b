"""`manage supply_spells`: derive who was dry when, from all that was signed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from outages.planning.supply_spells import reckon_supply


class Command(BaseCommand):
    help = "Bring the spells without water up to what is signed; a worker does so every minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="derive all of them again, from the first step"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = reckon_supply(at=timezone.now(), rebuild=options["rebuild"])
        if done is None:
            self.stdout.write("Nothing was signed since the last time.")
            return
        self.stdout.write(
            f"{done.moments} moments, {done.asked} asked; "
            f"{done.added} spells added, {done.removed} removed."
        )
