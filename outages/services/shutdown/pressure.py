"""Ask how strong the water runs where a plan leaves it running."""

from datetime import datetime

from django.db import transaction

from outages import tasks
from outages.models import IsolationPlan, PressureRun
from outages.models.events import Actor
from outages.planning import pressure


@transaction.atomic
def ask_pressure(plan: IsolationPlan, *, by: Actor, at: datetime) -> PressureRun:
    """Have a worker reckon a plan's pressures; what is known or under way is not asked again."""
    locked = IsolationPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    run = pressure.ask(locked, by=by, at=at)
    transaction.on_commit(lambda: tasks.wake(tasks.reckon_pressures))
    return run
