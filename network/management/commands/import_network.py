"""`manage import_network`: a new network revision from files."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from network.importer.progress import Progress
from network.importer.refusals import ImportRefused
from network.importer.report import report_lines, write_findings
from network.importer.run import ImportOptions, import_network
from network.importer.speech import shell_language


class Command(BaseCommand):
    help = (
        "Make a new network revision from a folder or zip of GeoJSON, CSV or shapefiles, a "
        "GeoPackage or an EPANET file. Exit 1 where blocking findings remain: nothing is changed."
    )

    # The checks load every page of the product, longer than a small town's import takes.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PATH")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="TOML or JSON")
        parser.add_argument("--crs", metavar="EPSG:n", help="for layers that state none; or local")
        parser.add_argument("--swap-axes", action="store_true", help="y (north) stands before x")
        parser.add_argument("--snap-tolerance", type=float, metavar="M", help="metres")
        parser.add_argument("--dry-run", action="store_true", help="report, import nothing")
        parser.add_argument(
            "--findings", type=Path, metavar="FILE", help="all findings, csv or json"
        )
        parser.add_argument("--language", choices=["en", "zh-hans"], help="of the report")

    def handle(self, *args: Any, **options: Any) -> None:
        tolerance = options["snap_tolerance"]
        if tolerance is not None and not 0 < tolerance <= 100:
            msg = "--snap-tolerance is in metres, above 0 and at most 100"
            raise CommandError(msg)
        findings: Path | None = options["findings"]
        if findings and not findings.parent.is_dir():
            msg = f"--findings: there is no folder {findings.parent}"
            raise CommandError(msg)
        wanted = ImportOptions(
            path=options["path"],
            mapping=options["mapping"],
            crs=options["crs"],
            swap_axes=options["swap_axes"],
            snap_tolerance_m=tolerance,
            is_dry_run=options["dry_run"],
        )
        with translation.override(options["language"] or shell_language()):
            progress = Progress(sys.stderr if options["verbosity"] else None)
            try:
                result = import_network(wanted, progress=progress)
            except ImportRefused as refused:
                raise CommandError(str(refused)) from refused
            for line in report_lines(result.run):
                self.stdout.write(line)
            if findings:
                write_findings(result.run, findings)
        if result.blocking:
            sys.exit(1)
