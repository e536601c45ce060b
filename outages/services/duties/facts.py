"""What the matrix asks of an outage, and the limits that the policy sets."""

from datetime import datetime

from django.db.models import Q

from network.models import Customer, Organisation
from network.selectors import current_revision
from outages.choices import OutageSeverity, Works
from outages.models import Outage
from outages.policy.matrix import Facts, kind_of
from outages.services.duties.targets import KEY_USERS, SPECIAL_USERS, affected, organisations
from outages.services.publishing import audience
from outages.workflow import OutageKind


def facts_of(outage: Outage, *, received_at: datetime) -> Facts:
    """Read the matrix's facts off an outage; `received_at` starts the clocks. Five queries.

    Until somebody has answered whether the works stand on a trunk road, the map's word counts:
    rather one call too many than a leader who was not told.
    """
    plan = audience.telling_plan(outage)
    on_trunk_road = outage.on_trunk_road
    if on_trunk_road is None:
        on_trunk_road = bool(plan and plan.on_trunk_road)
    return Facts(
        kind=kind_of(planned=outage.kind == OutageKind.PLANNED, plant=outage.works == Works.PLANT),
        persons=outage.persons,
        key_users=_count(outage, KEY_USERS),
        on_trunk_road=on_trunk_road,
        received_at=received_at,
        starts_at=outage.planned_start_at,
        special_users=_count(outage, SPECIAL_USERS),
        organisations=_organisations(outage),
        is_major=outage.severity != OutageSeverity.ORDINARY,
        is_emergency=outage.severity == OutageSeverity.EMERGENCY,
    )


def _count(outage: Outage, wanted: Q) -> int:
    revision = current_revision()
    return Customer.objects.filter(wanted, revision=revision, asset_id__in=affected(outage)).count()


def _organisations(outage: Outage) -> int:
    found = organisations(outage)
    return found.count() if found is not None else Organisation.objects.none().count()
