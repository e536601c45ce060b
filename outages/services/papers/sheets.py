"""The outage report sheet: seven items from the plan or typed, none left empty, handed over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from network.models import Valve
from network.selectors import current_revision
from outages.choices import Direction, Works
from outages.models import Event, IsolationPlan, Outage, OutageSheet, lifecycle
from outages.models.events import Actor
from outages.policy.matrix import Task
from outages.services import duties
from outages.services.publishing import audience
from outages.workflow import OPEN_OUTAGES, Refused, StepStatus

# The seven, in the order of the regulation (16(一)1).
ITEMS: Final = (
    "area",
    "period",
    "valve_count",
    "valve_bores",
    "valve_codes",
    "valve_places",
    "on_trunk_road",
)


class SheetRefused(Refused):
    """An item is empty, or there is nothing to hand over; `items` names what is missing."""

    codes = ("sheet_incomplete", "sheet_without_plan")

    def __init__(self, *, code: str, items: tuple[str, ...] = (), **facts: object) -> None:
        self.items = items
        super().__init__(code, items=", ".join(items), **facts)


@dataclass(frozen=True)
class Draft:
    """The sheet as it would be handed over now. `valves` lists {valve, bore_mm, place}."""

    outage: Outage
    plan: IsolationPlan | None
    starts_at: datetime | None
    ends_at: datetime | None
    valves: list[dict[str, Any]]
    sources: list[str]
    on_trunk_road: bool | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the items that are empty, in order."""
        outage = self.outage
        found = {
            "area": outage.area is None or not outage.place,
            "period": self.starts_at is None or self.ends_at is None,
            "valve_count": self.plan is None or not (self.valves or self._needs_none),
            "valve_bores": any(not each["bore_mm"] for each in self.valves),
            "valve_codes": any(not each["valve"] for each in self.valves),
            "valve_places": any(not each["place"] for each in self.valves),
            "on_trunk_road": self.on_trunk_road is None,
        }
        return tuple(item for item in ITEMS if found[item])

    @property
    def _needs_none(self) -> bool:
        """A plant is stopped at its source, and a pipe may be shut off already."""
        plan = self.plan
        plant = self.outage.works == Works.PLANT
        return bool(plan and (plan.is_isolatable or plant or self.sources))


def draft_sheet(
    outage: Outage,
    *,
    on_trunk_road: bool | None = None,
    typed: Mapping[str, Mapping[str, Any]] | None = None,
) -> Draft:
    """Collect the seven items; `typed` gives bore_mm and place of valves that the data lacks.

    Whether the works stand on a trunk road is asked, never guessed: None until somebody said so.
    """
    plan = audience.telling_plan(outage)
    answered = outage.on_trunk_road if on_trunk_road is None else on_trunk_road
    return Draft(
        outage=outage,
        plan=plan,
        starts_at=outage.planned_start_at or outage.started_at or outage.created_at,
        ends_at=outage.planned_end_at or outage.estimated_restoration_at,
        valves=_valves(plan, typed or {}) if plan else [],
        sources=list(plan.answer.get("sources_to_shut", ())) if plan else [],
        on_trunk_road=answered,
    )


def _valves(plan: IsolationPlan, typed: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    steps = plan.operations.filter(direction=Direction.CLOSE).exclude(status=StepStatus.VOID)
    codes = list(steps.order_by("sequence").values_list("valve", flat=True))
    rows = Valve.objects.filter(revision=current_revision(), asset_id__in=codes)
    known = {
        code: {"bore_mm": bore, "place": place}
        for code, bore, place in rows.values_list("asset_id", "bore_mm", "location")
    }
    found = []
    for code in codes:
        facts, said = known.get(code, {}), typed.get(code, {})
        found.append(
            {
                "valve": code,
                "bore_mm": facts.get("bore_mm") or said.get("bore_mm"),
                "place": facts.get("place") or said.get("place") or "",
            }
        )
    return found


def write_sheet(
    outage: Outage,
    *,
    by: Actor,
    at: datetime,
    on_trunk_road: bool | None = None,
    typed: Mapping[str, Mapping[str, Any]] | None = None,
) -> OutageSheet:
    """Store the sheet's next version for a locked outage and tick its duty off.

    Raises SheetRefused.
    """
    draft = draft_sheet(outage, on_trunk_road=on_trunk_road, typed=typed)
    if draft.plan is None:
        raise SheetRefused(code="sheet_without_plan", outage=outage.code)
    if draft.missing:
        raise SheetRefused(code="sheet_incomplete", items=draft.missing)
    assert outage.area is not None and draft.starts_at is not None and draft.ends_at is not None
    assert draft.on_trunk_road is not None, "nothing is missing"
    last = outage.sheets.aggregate(version=Max("version"))["version"] or 0
    sheet = OutageSheet.objects.create(
        outage=outage,
        version=last + 1,
        plan=draft.plan,
        place=outage.place,
        area=outage.area,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        valves=draft.valves,
        sources=draft.sources,
        on_trunk_road=draft.on_trunk_road,
        customers=outage.customers,
        persons=outage.persons,
        handed_over_at=at,
        handed_over_by=by,
    )
    if outage.on_trunk_road != draft.on_trunk_road:
        lifecycle.change_outage(outage, on_trunk_road=draft.on_trunk_road)
    Event.objects.append(sheet, "sheet_handed_over", by=by, at=at, version=sheet.version)
    duties.refresh(outage, by=by, at=at)
    duties.meet(outage, Task.OUTAGE_SHEET, by=by, at=at, evidence=f"v{sheet.version}")
    return sheet


def rewrite_sheet(outage: Outage, *, by: Actor, at: datetime) -> OutageSheet | None:
    """Follow a new plan or a new time with the sheet's next version, where one was handed over.

    The call centre reads what holds. Where the new plan lacks an item, its duty is open again.
    """
    last = newest_sheet(outage)
    if last is None:
        return None
    typed = {each["valve"]: each for each in last.valves}
    try:
        with transaction.atomic():
            return write_sheet(outage, by=by, at=at, typed=typed)
    except SheetRefused as refused:
        Event.objects.append_refusal(outage, "sheet_outdated", refused, by=by, at=at)
        duties.ask_again(outage, Task.OUTAGE_SHEET, by=by, at=at, reason="sheet_outdated")
        return None


def newest_sheet(outage: Outage) -> OutageSheet | None:
    """Return the version that holds."""
    return outage.sheets.order_by("-version").first()


def read_sheet(sheet: OutageSheet, *, by: Actor, at: datetime) -> OutageSheet:
    """Record that the call centre has seen it; the first who says so stays."""
    with transaction.atomic():
        row = OutageSheet.objects.select_for_update(of=("self",), no_key=True).get(pk=sheet.pk)
        if row.read_at is None and row.outage.status in OPEN_OUTAGES:
            row.read_at, row.read_by = at, by
            row.save(update_fields=["read_at", "read_by"])
            Event.objects.append(row, "sheet_read", by=by, at=at, version=row.version)
    return row
