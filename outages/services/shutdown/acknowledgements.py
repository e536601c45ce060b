"""A crew says that it has read a plan that replaced the one it was working on."""

from datetime import datetime

from django.db import transaction

from outages.models import Event, IsolationPlan, lifecycle
from outages.models.events import Actor

VERB = "plan_acknowledged"


def acknowledge_plan(plan: IsolationPlan, *, crew: str, by: Actor, at: datetime) -> None:
    """Record that the crew (its code) switched to this plan. Repeating it changes nothing."""
    with transaction.atomic():
        plan = lifecycle.lock_plan(plan)
        if not is_acknowledged(plan, crew=crew):
            Event.objects.append(plan, VERB, by=by, at=at, new=f"v{plan.version}", crew=crew)


def is_acknowledged(plan: IsolationPlan, *, crew: str) -> bool:
    """Whether this crew has read this plan. One query."""
    return Event.objects.filter(
        subject="plan", subject_id=plan.pk, verb=VERB, facts__crew=crew
    ).exists()
