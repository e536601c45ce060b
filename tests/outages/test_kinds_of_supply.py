"""NET-06: no water or too little pressure: of each customer, on the map and in the notices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from outages.choices import Effect, Supply
from outages.models import IsolationPlan
from outages.planning import pressure
from outages.services import outages
from outages.services.publishing import notices
from outages.services.shutdown import plans
from tests.factories import NOON
from tests.outages.conftest import Desk
from tests.outages.test_argument_views import client_of
from tests.outages.test_pressure import asked, clock, plan, town  # noqa: F401


def test_each_affected_customer_carries_one_kind_and_the_map_draws_both(
    plan: IsolationPlan,  # noqa: F811
    desk: Desk,
) -> None:
    asked(plan, desk)
    run = pressure.reckon_next(clock(NOON))
    assert run is not None
    dry = dict(plan.affected.values_list("customer", "effect"))
    weak = dict(run.weak.filter(kind="customer", is_new=True).values_list("asset", "grade"))
    assert dry == {"c.p1": Effect.ZONE, "c.p2": Effect.ZONE}
    assert weak == {"c.p4": "under_10", "c.p5": "under_7"}
    client = client_of("dispatcher")
    drawn = [
        {
            each["properties"]["kind"]
            for each in client.get(reverse(name, args=[plan.pk])).json()["features"]
        }
        for name in ("layers:plan-overlay", "layers:plan-pressure")
    ]
    assert {"zone", "zone-pipe"} <= drawn[0]
    assert drawn[1] == {"weak-pipe", "weak-customer"}


@pytest.mark.parametrize("supply", Supply)
def test_works_at_reduced_pressure_say_so_to_everybody(
    db: None, desk: Desk, supply: Supply
) -> None:
    town()
    now, start = timezone.now(), timezone.now() + timedelta(days=2)
    outage = outages.draft_planned_outage(
        place="解放路",
        place_en="Jiefang Road",
        planned_start_at=start,
        planned_end_at=start + timedelta(hours=6),
        supply=supply,
        by=desk.dana,
        at=now,
    )
    proposed = plans.propose_plan(outage=outage, pipes=["p1"], by=desk.dana, at=now)
    outages.confirm_impact(outage, plan=proposed, by=desk.dana, at=now)
    draft = notices.draft_notice(outage, kind="first", by=desk.dana, at=now)
    is_weak = supply == Supply.LOW_PRESSURE
    assert ("减压供水" in draft.text_zh, "停水" in draft.text_zh) == (is_weak, not is_weak)
    assert ("at reduced pressure" in draft.text_en) is is_weak
