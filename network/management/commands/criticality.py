"""`manage criticality`: what every burst would take, what every valve is worth."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from network.models import CriticalityRun
from network.selectors import current_revision
from network.selectors.criticality import SUFFIXES, export_criticality
from network.services.criticality import compute_criticality


class Command(BaseCommand):
    help = "Reckon every pipe's and valve's criticality as the valves stand, keep it, show it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--top", type=int, default=10, metavar="N", help="rows shown a list")
        parser.add_argument(
            "--export", type=Path, metavar="FILE.gpkg|.csv", help="write all of it for a GIS"
        )
        parser.add_argument("--again", action="store_true", help="even if it is known already")

    def handle(self, **options: Any) -> None:
        export: Path | None = options["export"]
        if export is not None and export.suffix not in SUFFIXES:
            msg = f"--export writes {' or '.join(SUFFIXES)}, not {export.name}"
            raise CommandError(msg)
        if options["top"] < 1:
            msg = "--top must be 1 or more"
            raise CommandError(msg)
        revision = current_revision()
        if revision is None:
            msg = "no network has been imported yet: run import_network or load_demo first"
            raise CommandError(msg)
        run = compute_criticality(
            revision,
            at=timezone.now(),
            again=options["again"],
            places=max(20, options["top"]),
            told=lambda percent: self.stderr.write(f"{percent} %"),
        )
        for line in _lines(run, options["top"]):
            self.stdout.write(line)
        if export is not None:
            self._export(run, export)

    def _export(self, run: CriticalityRun, path: Path) -> None:
        try:
            written = export_criticality(run, path)
        except (OSError, RuntimeError) as error:
            msg = f"cannot write {path}: {error}"
            raise CommandError(msg) from error
        for each in written:
            self.stdout.write(f"Written: {each}")


def _lines(run: CriticalityRun, top: int) -> Iterator[str]:
    yield f"Network {run.revision}, valves as of {run.state_digest}"
    beyond = run.pipes.filter(is_isolatable=False).count()
    yield f"{run.pipes.count()} pipes, {beyond} that valves alone cannot isolate"
    yield "Pipes whose burst takes most:"
    for pipe in run.pipes.order_by("-customers", "pipe")[:top]:
        note = "" if pipe.is_isolatable else ", valves alone cannot isolate it"
        yield (
            f"  {pipe.pipe}: {pipe.customers} customers ({pipe.unintended} outside the zone), "
            f"{pipe.persons} persons, {pipe.hydrants} hydrants, "
            f"{pipe.valves_to_close} valves to close{note}"
        )
    yield "Valves that must work:"
    for valve in run.valves.order_by("-worst_customers", "-all_customers", "valve")[:top]:
        yield (
            f"  {valve.valve}: a burst on {valve.worst_pipe} would take {valve.worst_customers} "
            f"customers more, {valve.bursts} bursts together {valve.all_customers}"
        )
    yield "Where a new valve would help most:"
    for place in run.places.order_by("rank")[:top]:
        yield (
            f"  {place.rank}. on {place.pipe} at {place.junction}: a burst in its zone of "
            f"{place.zone_m:.0f} m takes {place.customers} customers, then "
            f"{place.customers_pipe_side} or {place.customers_other_side}"
        )
    if run.zones_left_out:
        yield f"  ({run.zones_left_out} zones with one-way devices were not looked at)"
