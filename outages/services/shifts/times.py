"""The hours of the desk's shifts: set for a pattern from a moment on, the earlier ones kept.

RULE 1  The hours of a pattern cover the day: each shift lasts until the next one begins.
RULE 2  They change from now on or later, never in the past. A shift on duty keeps its hours; the
        one that takes it over begins by those in force then.
RULE 3  Set again for the same moment, the later word counts. Nothing is taken away.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from django.db import transaction

from outages.models import Event, ShiftPlan, ShiftTemplate
from outages.models.events import Actor
from outages.policy.keys import KEYS
from outages.policy.shifts import ShiftStart
from outages.services.rules.reasons import required_reason
from outages.services.shifts.keeping import ShiftRefused


def set_times(
    pattern: str,
    starts: Sequence[ShiftStart],
    *,
    effective_from: datetime,
    source: str,
    by: Actor,
    at: datetime,
) -> ShiftPlan:
    """Let a pattern have these shifts from a moment on. Raises ShiftRefused, ReasonMissing."""
    said = required_reason(source)
    if pattern not in KEYS["shift_pattern"].choices:
        raise ShiftRefused(code="shift_pattern_unknown", pattern=pattern)
    if effective_from < at:
        raise ShiftRefused(code="shift_times_past")
    ordered = sorted(starts, key=lambda each: each.starts)
    if not ordered or any(one.starts == two.starts for one, two in pairwise(ordered)):
        raise ShiftRefused(code="shift_times_twice")
    with transaction.atomic():
        plan = ShiftPlan.objects.create(
            pattern=pattern, effective_from=effective_from, source=said[:200], set_by=by, set_at=at
        )
        following = [*ordered[1:], ordered[0]]
        for number, (each, after) in enumerate(zip(ordered, following, strict=True), start=1):
            ShiftTemplate.objects.create(
                code=f"{plan.pk}-{number}",
                pattern=pattern,
                plan=plan,
                name=each.name[:40],
                name_en=each.name_en[:40],
                starts=each.starts,
                ends=after.starts,  # RULE 1
            )
        Event.objects.append(
            plan,
            "shift_times_set",
            by=by,
            at=at,
            new=pattern,
            reason=said,
            effective_from=effective_from.isoformat(),
            starts=[f"{each.starts:%H:%M}" for each in ordered],
        )
    return plan
