"""`manage isolate`: which valves to close for a burst, on the command line or in a batch."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from network.management.commands._isolate_cases import (
    WHAT_IF,
    BadCase,
    case_of_line,
    check_contradiction,
    id_of,
    ids_of,
    joined_values,
    lines_of,
    lon_lat,
    place_named,
)
from network.management.commands._isolate_text import as_text
from network.models import NetworkRevision, Pipe
from network.selectors import Snapshot, load_snapshot, nearest_pipe, network_now
from network.selectors.arguing import (
    alternatives_for,
    normally_closed,
    pressure_zones,
    rows_of,
)
from network.selectors.hydraulics import pressures_after
from network.selectors.water_points import supply_points
from network.topology.argument.explain import explain, explain_customer
from network.topology.argument.restore import restore
from network.topology.argument.scene import Scene
from network.topology.contract import (
    alternatives_as_json,
    as_json,
    explanation_as_json,
    restoration_as_json,
)
from network.topology.elements import TopologyError, UnknownAsset
from network.topology.engine.isolation import Burst, Caution
from network.topology.engine.states import NetworkState


@dataclass(frozen=True)
class Extras:
    """What is wanted beside the answer."""

    explain: bool = False
    customers: tuple[str, ...] = ()
    alternatives: int = 0
    stops: bool = False
    restore: bool = False
    pressure: bool = False


@dataclass(frozen=True)
class Desk:
    """What all cases of one run share: one snapshot, one reading of what holds now."""

    revision: NetworkRevision
    snapshot: Snapshot
    state: NetworkState
    extras: Extras = Extras()

    def answer(self, case: dict[str, Any]) -> dict[str, Any]:
        """The JSON answer to one case. Raises BadCase or TopologyError."""
        bursts, extra = self._bursts(case)
        changes = {ours: ids_of(case, theirs) for theirs, ours in WHAT_IF.items()}
        check_contradiction(changes)
        state = self.state.with_changes(**changes)
        ignored = [v for v in changes["closed"] if not self._cuts(v)]
        if ignored:
            extra.append(Caution("closing_ignored", {"valves": sorted(ignored)}))
        isolation = self.snapshot.isolate(bursts, state)
        answer = as_json(case.get("id"), isolation, *extra) | self._argued(bursts, state)
        if self.extras.pressure:
            answer["pressure"] = pressures_after(self.revision, state, isolation)
        return answer

    def _argued(self, bursts: list[Burst], state: NetworkState) -> dict[str, Any]:
        """The keys that were asked for beside the answer's own."""
        extras, found = self.extras, dict[str, Any]()
        if not (extras.explain or extras.alternatives or extras.restore):
            return found
        scene = Scene.of(self.snapshot.topology, bursts, state)
        if extras.explain:
            rows = rows_of(self.revision)
            asked = [explain_customer(scene, each, rows) for each in extras.customers]
            found["explanation"] = explanation_as_json(explain(scene, rows), asked)
        if extras.alternatives:
            plans = alternatives_for(scene, self.revision, with_stops_too=extras.stops)
            found["alternatives"] = alternatives_as_json(plans, extras.alternatives)
        if extras.restore:
            found["restore"] = self._restored(scene)
        return found

    def _restored(self, scene: Scene) -> dict[str, Any]:
        found = restore(
            scene,
            openable=normally_closed(scene),
            pressure_zone_of=pressure_zones(self.revision),
        )
        points = supply_points(scene, self.revision, found.rest)
        return restoration_as_json(found, [each.as_json() for each in points])

    def told(self, error: UnknownAsset) -> str:
        """What is unknown; a pipe that is stored but carries no water is told as that."""
        if error.kind == "pipe":
            rows = Pipe.objects.filter(revision=self.revision, asset_id=error.asset_id)
            for status in rows.values_list("status", flat=True):
                return f"pipe {error.asset_id} is not in service ({status})"
        return str(error)

    def _cuts(self, valve: str) -> bool:
        topology = self.snapshot.topology
        index = topology.index("valve", valve)
        return bool(topology.valve_isolates[index] or topology.valve_one_way[index])

    def _bursts(self, case: dict[str, Any]) -> tuple[list[Burst], list[Caution]]:
        named = place_named(case)
        if named == "at":
            return _burst_at(case["at"])
        if named == "pipes":
            return [Burst(each) for each in ids_of(case, "pipes")], []
        return [Burst(id_of(case["pipe"], "pipe"))], []


def _burst_at(at: object) -> tuple[list[Burst], list[Caution]]:
    lon, lat = lon_lat(at)
    near = nearest_pipe(lon, lat, settings.REPORT_SNAP_M)
    if near is None:
        msg = f"no pipe within {settings.REPORT_SNAP_M:g} m of {lon}, {lat}"
        raise BadCase(msg)
    extra = []
    if near.distance_m > settings.SNAP_TOLERANCE_M:
        extra = [Caution("snapped", {"pipe": near.pipe, "distance_m": near.distance_m})]
    return [Burst(near.pipe, near.fraction)], extra


class Command(BaseCommand):
    help = "Say which valves to close for a burst, and who loses water."

    def run_from_argv(self, argv: list[str]) -> None:
        """Let a place in the west follow its option: `--at -70.6,-33.4`."""
        super().run_from_argv(list(joined_values(argv)))

    def add_arguments(self, parser: ArgumentParser) -> None:
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--pipe", metavar="ID", help="the burst pipe")
        place.add_argument("--at", metavar="LON,LAT", help="the burst's place, EPSG:4326")
        place.add_argument("--batch", metavar="FILE.jsonl", help="one case a line; - reads stdin")
        for option, metavar in (
            ("--inoperable", "V"),
            ("--closed", "V"),
            ("--open", "V"),
            ("--inactive-source", "S"),
        ):
            parser.add_argument(option, metavar=metavar, nargs="+", action="extend", default=[])
        parser.add_argument(
            "--json", action="store_true", help="print the answer as one JSON object"
        )
        parser.add_argument("--explain", action="store_true", help="say why, valve by valve")
        parser.add_argument(
            "--customer",
            metavar="C",
            nargs="+",
            action="extend",
            default=[],
            help="with --explain: why these customers are dry, or what feeds them",
        )
        parser.add_argument(
            "--alternatives", metavar="N", type=int, default=0, help="the N best other plans"
        )
        parser.add_argument(
            "--stops",
            action="store_true",
            help="with --alternatives: temporary stops on pipes too; takes longer",
        )
        parser.add_argument(
            "--restore", action="store_true", help="what could feed those who are cut off"
        )
        parser.add_argument(
            "--pressure",
            action="store_true",
            help="how strong the water runs for those who keep it; takes seconds",
        )

    def handle(self, **options: Any) -> None:
        now = network_now()
        if now is None:
            msg = "no network has been imported yet: run import_network or load_demo first"
            raise CommandError(msg)
        desk = Desk(now.revision, load_snapshot(now.revision), now.state, _extras_of(options))
        if options["batch"]:
            for answer in self._answers(desk, options["batch"]):
                self.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False))
            return
        try:
            answer = desk.answer(_case_of(options))
        except UnknownAsset as error:
            raise CommandError(desk.told(error)) from error
        except (BadCase, TopologyError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        else:
            self.stdout.write(as_text(answer))

    def _answers(self, desk: Desk, batch: str) -> Iterator[dict[str, Any]]:
        """One answer a line, in the order asked; a case that fails says why, the rest goes on."""
        try:
            lines = list(lines_of(batch))
        except OSError as error:
            msg = f"cannot read {batch}: {error.strerror}"
            raise CommandError(msg) from error
        for number, line in lines:
            yield _answer_to_line(desk, number, line)


def _answer_to_line(desk: Desk, number: int, line: bytes) -> dict[str, Any]:
    case_id: object = None
    try:
        case = case_of_line(number, line)
        case_id = case.get("id")
        return desk.answer(case)
    except UnknownAsset as error:
        unknown = {"kind": error.kind, "id": error.asset_id}
        return {"id": case_id, "error": desk.told(error), "unknown": unknown}
    except (BadCase, TopologyError) as error:
        return {"id": case_id, "error": str(error)}


def _case_of(options: dict[str, Any]) -> dict[str, Any]:
    at = options["at"].split(",") if options["at"] else None
    return {
        "id": options["pipe"] or options["at"],
        "pipe": options["pipe"],
        "at": at,
        "inoperable": options["inoperable"],
        "closed": options["closed"],
        "open": options["open"],
        "inactive_sources": options["inactive_source"],
    }


def _extras_of(options: dict[str, Any]) -> Extras:
    if options["alternatives"] < 0:
        msg = "--alternatives must not be negative"
        raise CommandError(msg)
    return Extras(
        explain=options["explain"] or bool(options["customer"]),
        customers=tuple(options["customer"]),
        alternatives=options["alternatives"],
        stops=options["stops"],
        restore=options["restore"],
        pressure=options["pressure"],
    )
