"""GeoJSON that is always JSON: no NaN, coordinates to seven decimals, features with an id.

Every function answers a FeatureCollection as plain dictionaries in EPSG:4326; `encode` writes it.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db.models import Q, QuerySet
from shapely.geometry.base import BaseGeometry

from layers.bbox import Rectangle
from layers.bearings import valve_bearings
from layers.plan_picture import Mark, user_symbol, valve_facts
from network.models import (
    Customer,
    Hydrant,
    NetworkRevision,
    Source,
    SourceActivity,
    Valve,
    ValveCondition,
)
from network.words import is_chinese
from outages.models import BurstReport, Outage
from outages.workflow import (
    OPEN_OUTAGES,
    OPEN_WORK_ORDERS,
    OutageKind,
    OutageStatus,
    ReportStatus,
    StepStatus,
)

NETWORK_KINDS = ("valve", "hydrant", "source", "key_user")
DECIMALS = 7  # about a centimetre

Feature = dict[str, Any]


def _rounded(value: Any, decimals: int) -> Any:
    if isinstance(value, float | int):
        return round(value, decimals)
    return [_rounded(each, decimals) for each in value]


def geometry(geom: Any, *, decimals: int = DECIMALS) -> dict[str, Any]:
    """A geometry of GEOS or shapely as GeoJSON, coordinates rounded to `decimals`."""
    return {"type": geom.geom_type, "coordinates": _rounded(geom.coords, decimals)}


def feature(geom: GEOSGeometry | BaseGeometry, **properties: Any) -> Feature:
    """A feature; properties that are None or empty text are left out."""
    kept = {name: value for name, value in properties.items() if value is not None and value != ""}
    return {"type": "Feature", "geometry": geometry(geom), "properties": kept}


def collection(features: Iterable[Feature], **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def encode(document: dict[str, Any]) -> bytes:
    """Write JSON as UTF-8. Raises ValueError on NaN, which would blank the whole map."""
    return json.dumps(
        document, allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_plain
    ).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


# What a role is drawn as by gisapp/js/map/overlay.js: its kind, and the status of what has none.
DRAWN_AS: dict[str, dict[str, Any]] = {
    "zone": {"kind": "zone"},
    "unintended": {"kind": "unintended"},
    "zone_pipe": {"kind": "zone-pipe"},
    "unintended_pipe": {"kind": "unintended-pipe"},
    "valve_close": {"kind": "valve"},
    "valve_open": {"kind": "valve"},
    "valve_feed": {"kind": "valve"},
    "valve_shut": {"kind": "valve"},
    "outlet_shutdown": {"kind": "outlet"},
    "outlet_reopening": {"kind": "outlet"},
    "valve_closed": {"kind": "valve", "status": "closed"},
    "valve_inoperable": {"kind": "valve", "status": "inoperable"},
    "valve_not_needed": {"kind": "valve", "status": "open"},
    "burst": {"kind": "burst"},
    "hydrant_dry": {"kind": "hydrant", "dry": True},
    "key_user": {"kind": "key-user", "inside": True},
    "special_user": {"kind": "special-user", "inside": True},
    "source_to_shut": {"kind": "source", "shut": False},
}
# What is over alarms nobody: the same shapes without the colours of water that is off.
PAST_DRAWN_AS: dict[str, dict[str, Any]] = {
    "zone": {"kind": "past"},
    "unintended": {"kind": "past"},
    "zone_pipe": {"kind": "past-pipe"},
    "unintended_pipe": {"kind": "past-pipe"},
    "burst": {"kind": "burst", "past": True},
    "hydrant_dry": {"kind": "hydrant", "dry": False},
    "key_user": {"kind": "key-user", "inside": False},
    "special_user": {"kind": "special-user", "inside": False},
}
STEP_DRAWN_AS = {
    StepStatus.DONE: "done",
    StepStatus.FAILED: "cannot",
    StepStatus.VOID: "void",
    StepStatus.LEFT_CLOSED: "closed",
}
USER_CHARACTERS = {
    "zh": {"hospital": "医", "school": "校", "care": "养", "enterprise": "企", "other": "重"},
    "en": {"hospital": "H", "school": "S", "care": "C", "enterprise": "E", "other": "K"},
}


def user_character(symbol: str) -> str:
    """The one character in a key user's diamond, in the active language."""
    language = "zh" if is_chinese() else "en"
    return USER_CHARACTERS[language].get(symbol, USER_CHARACTERS[language]["other"])


def marks_of_now(marks: list[Mark], *, is_over: bool = False) -> list[Mark]:
    """Leave out the first step of a valve that is being turned back: one sign a valve or outlet.

    What `is_over` has no outlets to open any more.
    """
    back = {"valve_close": "valve_open", "valve_feed": "valve_shut"}
    turned = {(m.role, m.asset_id) for m in marks if m.status != StepStatus.VOID}
    valves = [
        mark
        for mark in marks
        if (back.get(mark.role, ""), mark.asset_id) not in turned
        and not mark.role.startswith("outlet_")
    ]
    return valves if is_over else [*valves, *_outlets_of_now(marks)]


def _outlets_of_now(marks: list[Mark]) -> list[Mark]:
    """Where something is opened: for the reopening once it is planned, else to see that it is dry.

    A hydrant that lets air out and is flushed later has the number of what is to be done next.
    """
    steps = [m for m in marks if m.role.startswith("outlet_") and m.status != StepStatus.VOID]
    last = max((mark.role == "outlet_reopening" for mark in steps), default=False)
    found: dict[str, Mark] = {}
    for mark in sorted(steps, key=lambda each: each.sequence or 0):
        if (mark.role == "outlet_reopening") == last:
            known = found.get(mark.asset_id)
            if known is None or known.status != StepStatus.PENDING:
                found[mark.asset_id] = mark
    return list(found.values())


def mark_feature(mark: Mark, *, is_over: bool = False) -> Feature:
    """A mark of a plan as a feature; `is_over` draws the plan as history.

    `kind`, `id`, `number`, `status`, `rotation`, `symbol` are what the map draws by; `role`,
    `sequence`, `step_status`, `bearing` and the facts are what lists and tooltips say.
    """
    drawn = dict((PAST_DRAWN_AS if is_over else {}).get(mark.role) or DRAWN_AS[mark.role])
    if mark.role in {"valve_close", "valve_open", "valve_feed", "valve_shut"}:
        waiting = "waiting" if mark.role in {"valve_close", "valve_shut"} else "reopen"
        drawn["status"] = STEP_DRAWN_AS.get(StepStatus(mark.status), "void" if is_over else waiting)
        drawn["number"] = mark.sequence
    if mark.role.startswith("outlet_"):
        drawn["status"] = "done" if mark.status == StepStatus.DONE else "waiting"
        drawn["number"] = mark.sequence
    if mark.bearing is not None:
        drawn |= {"bearing": mark.bearing, "rotation": (mark.bearing + 90) % 180}
    facts = {RENAMED_FACTS.get(name, name): value for name, value in mark.facts.items()}
    if mark.role in {"key_user", "special_user"}:
        drawn["symbol"] = user_character(str(facts.get("symbol_kind", "")))
    own = {
        "role": mark.role,
        "id": mark.asset_id,
        "asset_id": mark.asset_id,
        "label": mark.label,
        "sequence": mark.sequence,
        "step_status": mark.status,
    }
    return feature(mark.geom, **{**facts, **own, **drawn})


# Names that mean something else on the map.
RENAMED_FACTS = {"role": "pipe_role", "kind": "valve_kind", "symbol": "symbol_kind"}


def network_features(
    revision: NetworkRevision,
    rectangle: Rectangle,
    *,
    kinds: frozenset[str],
    limit: int,
    with_names: bool,
) -> tuple[list[Feature], bool]:
    """Point assets within a rectangle and whether there were more than `limit` of them.

    `with_names` adds the names of key users, for people who may see customers.
    """
    box = Polygon.from_bbox(rectangle.as_tuple)
    box.srid = 4326
    makers = {
        "valve": lambda: _valve_features(revision, box, limit + 1),
        "hydrant": lambda: _hydrant_features(revision, box, limit + 1),
        "source": lambda: _source_features(revision, box, limit + 1),
        "key_user": lambda: _key_user_features(revision, box, limit + 1, with_names=with_names),
    }
    found: list[Feature] = []
    for kind in NETWORK_KINDS:
        if kind in kinds and len(found) <= limit:
            found += makers[kind]()
    return found[:limit], len(found) > limit


def _valve_features(revision: NetworkRevision, box: Polygon, limit: int) -> Iterator[Feature]:
    valves = list(_within(Valve.objects.all(), revision, box, limit))
    ids = [valve.asset_id for valve in valves]
    recorded = {each.asset_id: each for each in ValveCondition.objects.filter(asset_id__in=ids)}
    bearings = valve_bearings(revision.pk, ids)
    for valve in valves:
        now = recorded.get(valve.asset_id)
        yield feature(
            valve.geom,
            kind="valve",
            id=valve.asset_id,
            state=(now.state if now else None) or valve.state,
            operability=(now.operability if now else None) or valve.operability,
            isolates=valve.isolates,
            bearing=bearings.get(valve.asset_id),
            **{RENAMED_FACTS.get(name, name): value for name, value in valve_facts(valve).items()},
        )


def _hydrant_features(revision: NetworkRevision, box: Polygon, limit: int) -> Iterator[Feature]:
    for hydrant in _within(Hydrant.objects.all(), revision, box, limit):
        yield feature(
            hydrant.geom,
            kind="hydrant",
            id=hydrant.asset_id,
            location=hydrant.location,
            location_en=hydrant.location_en,
        )


def _source_features(revision: NetworkRevision, box: Polygon, limit: int) -> Iterator[Feature]:
    activity = dict(SourceActivity.objects.values_list("asset_id", "is_active"))
    for source in _within(Source.objects.all(), revision, box, limit):
        yield feature(
            source.geom,
            kind="source",
            id=source.asset_id,
            name=source.name,
            name_en=source.name_en,
            source_kind=source.kind,
            active=activity.get(source.asset_id, source.is_active),
        )


def _key_user_features(
    revision: NetworkRevision, box: Polygon, limit: int, *, with_names: bool
) -> Iterator[Feature]:
    shown = Q(key_user=True) | Q(large_user=True)
    if with_names:
        shown |= ~Q(special_user="")
    for user in _within(Customer.objects.filter(shown), revision, box, limit):
        yield feature(
            user.geom,
            kind="key-user" if user.key_user else "special-user",
            id=user.asset_id,
            symbol=user_character(
                user_symbol(user.category, user.special_user if with_names else "")
            ),
            name=user.name if with_names else None,
        )


def _within(rows: QuerySet[Any], revision: NetworkRevision, box: Polygon, limit: int) -> Any:
    return rows.filter(revision=revision, geom__bboverlaps=box).order_by("pk")[:limit]


def open_outage_features() -> list[Feature]:
    """Areas of the outages that are not over, each with its code, for staff."""
    rows = Outage.objects.filter(status__in=OPEN_OUTAGES, area__isnull=False).order_by("created_at")
    return [
        feature(
            outage.area,
            kind="area",
            state=_area_state(outage),
            id=f"outage-{outage.pk}",
            outage=outage.pk,
            code=outage.code,
            label=outage.code,
            outage_kind=outage.kind,
            status=outage.status,
            cause=outage.cause,
            place=outage.place,
            place_en=outage.place_en or None,
            customers=outage.customers,
            started_at=outage.started_at or outage.planned_start_at,
            estimated_restoration_at=outage.estimated_restoration_at or outage.planned_end_at,
        )
        for outage in rows
        if outage.area is not None
    ]


def _area_state(outage: Outage) -> str:
    """How an outage's area is drawn: off, returning or planned."""
    if outage.status == OutageStatus.RESTORING:
        return "returning"
    begun = outage.status == OutageStatus.IN_EFFECT or outage.kind == OutageKind.UNPLANNED
    return "off" if begun else "planned"


def open_report_features() -> list[Feature]:
    """Reports that wait, or that a department has an order for: the place, not who called."""
    ordered = Q(work_orders__status__in=OPEN_WORK_ORDERS, work_orders__outage=None, outage=None)
    rows = (
        BurstReport.objects.filter(Q(status=ReportStatus.RECEIVED) | ordered, geom__isnull=False)
        .distinct()
        .order_by("received_at")
    )
    return [
        feature(
            report.geom,
            kind="new",
            id=report.reference,
            report=report.pk,
            reference=report.reference,
            report_kind=report.kind,
            status=report.status,
            danger=report.is_danger,
            address=report.address,
            pipe=report.pipe,
            received_at=report.received_at,
        )
        for report in rows
        if report.geom is not None
    ]
