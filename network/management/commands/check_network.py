"""`manage check_network`: what is wrong with the network in force."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from network.importer.report import finding_lines, finding_rows, write_findings
from network.importer.speech import shell_language
from network.importer.stored import check_revision
from network.models import ImportRun
from network.selectors import current_revision
from network.topology.findings import BLOCKING


class Command(BaseCommand):
    help = (
        "Check the network in force with the valves as they stand, or list what the last import "
        "found. Exit 1 where a finding is blocking."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--last", action="store_true", help="the last import's findings")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("--findings", type=Path, metavar="FILE", help="csv or json")
        parser.add_argument("--language", choices=["en", "zh-hans"], help="of the texts")

    def handle(self, *args: Any, **options: Any) -> None:
        run = self._run(last=options["last"])
        with translation.override(options["language"] or shell_language()):
            if options["json"]:
                for row in finding_rows(list(run.findings.order_by("pk"))):
                    self.stdout.write(json.dumps(row, ensure_ascii=False, allow_nan=False))
            else:
                for line in finding_lines(run):
                    self.stdout.write(line)
            if options["findings"]:
                write_findings(run, options["findings"])
        if run.findings.filter(severity=BLOCKING).exists():
            sys.exit(1)

    def _run(self, *, last: bool) -> ImportRun:
        if last:
            run = (
                ImportRun.objects.exclude(outcome=ImportRun.Outcome.CHECKED).order_by("-pk").first()
            )
            if run is None:
                msg = "nothing was ever imported: import_network PATH"
                raise CommandError(msg)
            return run
        revision = current_revision()
        if revision is None:
            msg = "there is no network yet: import_network PATH"
            raise CommandError(msg)
        return check_revision(revision)
