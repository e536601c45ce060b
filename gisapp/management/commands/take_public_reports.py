"""Take what the public filed, where no worker does: it may run beside workers."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from outages.services.desk.public_reports import take_public_reports, update_stages

EVERY_S = 5


class Command(BaseCommand):
    help = "Make burst reports of what the public's form filed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until told to stop")

    def handle(self, **options: Any) -> None:
        while True:
            taken = take_public_reports()
            update_stages(timezone.now())
            if taken or not options["loop"]:
                self.stdout.write(f"{taken} taken")
            if not options["loop"]:
                return
            time.sleep(EVERY_S)
