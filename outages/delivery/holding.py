"""Quiet hours once more, right before sending: what was put off into them is held until they end.

A message that is queued in the evening is due in the morning from the start. One whose gateway was
busy at a quarter to ten, or that a switched-off channel kept, comes by here in the night.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from outages.choices import DeliveryWhy
from outages.delivery import claims
from outages.delivery.claims import Claim
from outages.models import Delivery, Event
from outages.policy.quiet import Hours, due_in_peace
from outages.selectors.publishing.opt_outs import quiet_hours
from outages.workflow import DeliveryStatus


class Holding:
    """One sender's look at the clock; it asks the policy once for each kind of hours."""

    def __init__(self, *, clock: Callable[[], datetime] = timezone.now) -> None:
        self._clock = clock
        self._hours: dict[str, Hours | None] = {}

    def put_off(self, claim: Claim) -> bool:
        """Put a claimed message off if it may wait and these are quiet hours. Whether it was."""
        if claim.may_wait_until is None:
            return False
        now = timezone.localtime(self._clock())
        due_at = due_in_peace(now, self._hours_of(claim, now), latest=claim.may_wait_until)
        if due_at == now:
            return False
        with transaction.atomic():
            if claims.hold(claim, until=due_at):
                Event.objects.append(
                    Delivery.objects.select_related("notice").get(pk=claim.pk),
                    "delivery_held",
                    by=None,
                    at=now,
                    old=DeliveryStatus.SENDING,
                    new=DeliveryStatus.PENDING,
                    why=str(DeliveryWhy.QUIET_HOURS),
                    until=due_at.isoformat(),
                )
        return True

    def _hours_of(self, claim: Claim, now: datetime) -> Hours | None:
        key = "callback_quiet_hours" if claim.notice_id is None else "quiet_hours"
        if key not in self._hours:
            self._hours[key] = quiet_hours(key, at=now)
        return self._hours[key]
