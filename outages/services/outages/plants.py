"""A plant or a pump outside one stops: which pipes that takes the water from, and for whom.

    sources named ──► the pipes that leave them ──► a plan as for any pipe ──► impact confirmed

Nothing else differs from works on the network: the matrix has columns of its own for it, and an
unplanned stop is in effect the moment that its impact is confirmed, since no valve begins it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from network.models import Pipe, Source
from network.selectors import current_revision
from outages.choices import Cause, Supply, Works
from outages.models import Event, IsolationPlan, Outage, RestorationEstimate
from outages.models.events import Actor
from outages.services.outages import draft_planned_outage
from outages.services.rules.codes import next_code
from outages.services.rules.estimates import require_estimate
from outages.services.shutdown import plans
from outages.workflow import OutageKind, OutageStatus, Refused


class PlantRefused(Refused):
    """No source of this name is in the network, or no pipe leaves it."""

    codes = ("plant_unknown", "plant_without_outlet")


def outlet_pipes(sources: Sequence[str]) -> list[str]:
    """Return the pipes that leave these sources, by code. Raises PlantRefused."""
    revision = current_revision()
    rows = list(Source.objects.filter(revision=revision, asset_id__in=sources))
    if unknown := set(sources) - {row.asset_id for row in rows}:
        raise PlantRefused(code="plant_unknown", sources=", ".join(sorted(unknown)))
    found: set[str] = set()
    for row in rows:
        ends = Q(from_junction=row.junction) | Q(to_junction=row.junction)
        here = Pipe.objects.filter(ends, revision=revision).exclude(asset_id__in=row.inlet_pipes)
        leaving = set(here.values_list("asset_id", flat=True))
        if not leaving:
            raise PlantRefused(code="plant_without_outlet", sources=row.asset_id)
        found |= leaving
    return sorted(found)


def plan_plant_outage(
    *,
    sources: Sequence[str],
    place: str,
    planned_start_at: datetime,
    planned_end_at: datetime,
    by: Actor,
    at: datetime,
    place_en: str = "",
    cause: Cause | str = Cause.RENEWAL,
    supply: Supply | str = Supply.NO_WATER,
    remark_public: str = "",
) -> tuple[Outage, IsolationPlan]:
    """Draft a planned stop with its plan. Next: `outages.confirm_impact`, then the sheet.

    Raises PlantRefused, outages.WindowRefused, planning.PlanningRefused.
    """
    pipes = outlet_pipes(sources)
    with transaction.atomic():
        outage = draft_planned_outage(
            place=place,
            place_en=place_en,
            planned_start_at=planned_start_at,
            planned_end_at=planned_end_at,
            cause=cause,
            works=Works.PLANT,
            supply=supply,
            remark_public=remark_public,
            # A plant is no road: the question of the sheet has its answer.
            on_trunk_road=False,
            sources=sources,
            by=by,
            at=at,
        )
        return outage, plans.propose_plan(outage=outage, pipes=pipes, by=by, at=at)


def draft_stopped_plant(
    *,
    sources: Sequence[str],
    place: str,
    estimated_restoration_at: datetime,
    by: Actor,
    at: datetime,
    place_en: str = "",
    cause: Cause | str = Cause.EQUIPMENT,
    supply: Supply | str = Supply.NO_WATER,
    stopped_at: datetime | None = None,
) -> tuple[Outage, IsolationPlan]:
    """Draft an unplanned stop with its plan; `outages.confirm_impact` then tells everybody.

    Raises PlantRefused, EstimateRefused, planning.PlanningRefused.
    """
    pipes = outlet_pipes(sources)
    require_estimate(estimated_restoration_at, at=at)
    with transaction.atomic():
        outage = Outage.objects.create(
            code=next_code(Outage, "code", prefix="", at=at),
            kind=OutageKind.UNPLANNED,
            works=Works.PLANT,
            cause=cause,
            supply=supply,
            created_at=at,
            created_by=by,
            place=place,
            place_en=place_en,
            on_trunk_road=False,
            started_at=min(stopped_at, at) if stopped_at else at,
            estimated_restoration_at=estimated_restoration_at,
            sources=sorted(sources),
        )
        RestorationEstimate.objects.create(
            outage=outage, at=at, by=by, estimated_restoration_at=estimated_restoration_at
        )
        Event.objects.append(
            outage,
            "outage_opened",
            by=by,
            at=at,
            new=OutageStatus.DRAFT,
            sources=sorted(sources),
        )
        return outage, plans.propose_plan(outage=outage, pipes=pipes, by=by, at=at)
