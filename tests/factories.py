"""Records for tests: people, a network from a drawing, crews. Plain functions, one a record.

`lay` stores a drawing of tests.drawing as the current revision: junctions stand 100 m apart on a
line in the order drawn, each drawn line 100 m south of the one before.
"""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.gis.geos import LineString, Point

from network.choices import (
    Flow,
    Operability,
    RevisionStatus,
    ValvePlacement,
    ValveState,
)
from network.models import (
    Customer,
    Hydrant,
    Junction,
    NetworkRevision,
    Pipe,
    Source,
    Valve,
)
from outages.models import Crew
from tests.drawing import draw

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
WEST, NORTH = 110.05, 22.93
STEP_DEG = 0.001  # some 100 m


def lay(drawing: str, **customers: dict[str, Any]) -> NetworkRevision:
    """Store a drawing as the current network; keyword `c_p1={...}` gives customer c.p1 its facts.

    Every pipe is DN200 on 解放路 unless said otherwise; phones are made from the customer's place.
    """
    NetworkRevision.objects.filter(status=RevisionStatus.CURRENT).update(
        status=RevisionStatus.SUPERSEDED
    )
    revision = NetworkRevision.objects.create(
        number=NetworkRevision.objects.count() + 1,
        status=RevisionStatus.CURRENT,
        created_at=datetime.now(UTC),
        source_name="drawing",
        snap_tolerance_m=0.5,
    )
    tables = draw(drawing)
    places = _places(drawing, tables.junctions)
    for name, place in places.items():
        Junction.objects.create(revision=revision, asset_id=name, geom=Point(*place))
    lines = _lay_pipes(revision, tables, places)
    _lay_valves(revision, tables, places, lines)
    for name, junction, inlets, active in _rows(
        tables.sources, "ids", "junctions", "inlet_pipes", "active"
    ):
        Source.objects.create(
            revision=revision,
            asset_id=name,
            junction=junction,
            geom=Point(*places[junction]),
            inlet_pipes=list(inlets),
            is_active=active,
        )
    for number, (name, pipe) in enumerate(_rows(tables.customers, "ids", "pipes")):
        facts = {
            "phone": f"138{number:08d}",
            "address": f"解放路{number}号",
            "persons": 4,
            **customers.get(name.replace(".", "_"), {}),
        }
        Customer.objects.create(
            revision=revision,
            asset_id=name,
            pipe=pipe,
            fraction=0.25,
            geom=_along(lines[pipe], 0.25),
            account=f"A{number:04d}",
            **facts,
        )
    for name, junction in _rows(tables.hydrants, "ids", "junctions"):
        Hydrant.objects.create(
            revision=revision, asset_id=name, junction=junction, geom=Point(*places[junction])
        )
    return revision


def _lay_pipes(revision: NetworkRevision, tables: Any, places: dict[str, Any]) -> dict[str, Any]:
    lines = {}
    for name, start, end, one_way in _rows(tables.pipes, "ids", "starts", "ends", "one_way"):
        lines[name] = LineString(places[start], places[end], srid=4326)
        Pipe.objects.create(
            revision=revision,
            asset_id=name,
            geom=lines[name],
            from_junction=start,
            to_junction=end,
            flow=Flow.FORWARD if one_way else Flow.BOTH,
            length_m=100,
            diameter_mm=200,
            street="解放路",
            street_en="Jiefang Road",
        )
    return lines


def _lay_valves(
    revision: NetworkRevision, tables: Any, places: dict[str, Any], lines: dict[str, Any]
) -> None:
    columns = ("ids", "junctions", "pipes", "fractions", "closed", "operable")
    for name, junction, pipe, fraction, closed, operable in _rows(tables.valves, *columns):
        on_pipe = bool(pipe) and not junction
        placement = ValvePlacement.PIPE_END if pipe else ValvePlacement.NODE
        Valve.objects.create(
            revision=revision,
            asset_id=name,
            geom=_along(lines[pipe], fraction) if on_pipe else Point(*places[junction]),
            placement=ValvePlacement.MID_PIPE if on_pipe else placement,
            junction=junction,
            pipe=pipe,
            fraction=fraction if on_pipe else None,
            state=ValveState.CLOSED if closed else ValveState.OPEN,
            operability=Operability.OPERABLE if operable else Operability.INOPERABLE,
            bore_mm=200,
            turns_to_close=20,
            location=f"{name} 号阀门井",
        )


def _places(drawing: str, junctions: Any) -> dict[str, tuple[float, float]]:
    places: dict[str, tuple[float, float]] = {}
    for row, line in enumerate(drawing.strip().splitlines()):
        for column, word in enumerate(line.split()[::2]):
            name = word.strip("()[]!?")
            places.setdefault(name, (WEST + column * STEP_DEG, NORTH - row * STEP_DEG))
    return {name: places[name] for name in junctions}


def _along(line: LineString, fraction: float) -> Point:
    (x1, y1), (x2, y2) = line.coords[0], line.coords[-1]
    return Point(x1 + (x2 - x1) * fraction, y1 + (y2 - y1) * fraction, srid=4326)


def _rows(table: Any, *columns: str) -> list[tuple[Any, ...]]:
    return list(zip(*(getattr(table, column) for column in columns), strict=True))


def person(role: str, *, crew: str | None = None) -> Any:
    """A member of staff in a role's group: Dana dispatches, Cruz digs, Ada answers calls."""
    names = {"dispatcher": "dana", "crew": "cruz", "call_agent": "ada", "leader": "lee"}
    user, _created = get_user_model().objects.get_or_create(
        username=f"{names.get(role, role)}{crew or ''}", defaults={"crew_code": crew}
    )
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def crew(code: str = "C1") -> Crew:
    """A crew on duty."""
    return Crew.objects.create(code=code, name=f"抢修{code}班", name_en=f"Crew {code}")
