"""`manage load_demo`: fill this instance with the demo town."""

import sys
from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from gisapp.demo.callbacks import load_callbacks
from gisapp.demo.cases import load_cases
from gisapp.demo.duty import load_duty
from gisapp.demo.hotline import load_hotline
from gisapp.demo.months import load_months
from gisapp.demo.outages import load_outages
from gisapp.demo.past import live_through
from gisapp.demo.town import is_loaded, load_town
from network.importer.progress import Progress
from network.importer.report import report_lines
from network.importer.speech import shell_language

# What happened in the town, in this order; at last its clocks run through all of it.
_CASES: Final = (
    load_cases,
    load_callbacks,
    load_duty,
    load_outages,
    load_months,
    load_hotline,
    live_through,
)


class Command(BaseCommand):
    help = "Generate and load the demo town. Does nothing where it is loaded already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--replace", action="store_true", help="load it once more")
        parser.add_argument(
            "--without-cases", action="store_true", help="leave the desk and its orders empty"
        )
        parser.add_argument(
            "--force", action="store_true", help="also where DEMO_PASSWORD is not set"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_PASSWORD and not options["force"]:
            msg = (
                "This is no demo instance: DEMO_PASSWORD is not set. --force loads the town all "
                "the same, with users that cannot sign in."
            )
            raise CommandError(msg)
        if is_loaded() and not options["replace"]:
            self.stderr.write("the demo town is loaded already")
            return
        with translation.override(shell_language()):
            result = load_town(settings.DEMO_DIR, Progress(sys.stderr))
            for line in report_lines(result.run):
                self.stderr.write(line)
        if not options["without_cases"]:
            for load in _CASES:
                load(at=timezone.now())
        if result.blocking:
            msg = "the demo town has blocking findings: its generator is broken"
            raise CommandError(msg)
