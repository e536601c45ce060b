"""Write the public files now: what the web server of the public side serves."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from layers.public.places import rebuild_places
from layers.public.snapshots import publish_public_snapshot


class Command(BaseCommand):
    help = "Publish the outages that the public may see."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--places", action="store_true", help="derive the public place names anew, too"
        )

    def handle(self, **options: Any) -> None:
        if options["places"]:
            self.stdout.write(f"{rebuild_places()} place names")
        published = publish_public_snapshot(timezone.now())
        state = "changed" if published.changed else "unchanged"
        self.stdout.write(f"{published.outages} outages, {state}: {published.outages_file}")
