"""Who is on duty at the desk, what they wrote down and looked at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from outages.choices import LogKind, SelfCheckResult
from outages.models.people import acting_person, person
from outages.models.shifts.hours import ShiftTemplate


class Shift(models.Model):
    """A shift at the desk. One is open at a time; it closes when the next leader has signed.

    `ends_at` is when it should be handed over. `sequence` numbers the shifts of the desk.
    """

    template = models.ForeignKey(
        ShiftTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="shifts"
    )
    leader = person()
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="shifts", blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # By how many seconds the hand-over was later than the policy lets it be; 0 for in time.
    late_s = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["opened_at", "pk"]
        permissions = [
            ("keep_shift", "Can keep the duty log and look after the shift"),
            ("lead_shift", "Can open shifts and sign hand-overs"),
            ("keep_roster", "Can keep the crews' roster"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="one_open_shift",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="shift_closed_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return f"shift {self.pk}"


class LogEntry(models.Model):
    """What somebody wrote into the duty log. Append-only: a slip is corrected by a later entry.

    What the system did itself stands in the events and is shown between these.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = acting_person()
    kind = models.CharField(max_length=12, choices=LogKind.choices, default=LogKind.NOTE)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "log entries"
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="log_entry_says_something")
        ]

    def __str__(self) -> str:
        return f"log of shift {self.shift_id}"


class ShiftReview(models.Model):
    """Somebody looked at the orders that the shift before passed on. Append-only.

    `orders` are their numbers: an order that was passed on and is in no review is not reviewed.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="reviews")
    checked_at = models.DateTimeField()
    checked_by = acting_person()
    orders = models.JSONField(default=list)

    class Meta:
        ordering = ["checked_at", "pk"]

    def __str__(self) -> str:
        return f"review in shift {self.shift_id}"


class SelfCheck(models.Model):
    """Nobody has called for a while: the agent on duty tries the telephone system.

    A call that comes in before anybody looked shows that it works: result `call`.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="self_checks")
    last_call_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = acting_person()
    result = models.CharField(max_length=6, choices=SelfCheckResult.choices, blank=True)
    symptom = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(done_at__isnull=True), name="one_open_self_check"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, result="")
                | (Q(done_at__isnull=False) & ~Q(result="")),
                name="self_check_has_result",
            ),
            models.CheckConstraint(
                condition=~Q(result="fault") | ~Q(symptom=""), name="fault_is_described"
            ),
        ]

    def __str__(self) -> str:
        return f"self-check {self.asked_at:%H:%M}"
