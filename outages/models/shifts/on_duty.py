"""Who is on duty at the desk, what they wrote down, and what one shift hands to the next."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from outages.choices import HandoverKind, LogKind, SelfCheckResult
from outages.models.orders.work import Crew, acting_person


def person() -> models.ForeignKey:
    """Return the column of somebody who must be named."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


class ShiftPlan(models.Model):
    """The hours of a pattern's shifts from a moment on, on whose word. Append-only."""

    pattern = models.CharField(max_length=20)
    effective_from = models.DateTimeField()
    source = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = acting_person()

    class Meta:
        ordering = ["-effective_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="shift_plan_names_source")
        ]

    def __str__(self) -> str:
        return f"{self.pattern} from {self.effective_from:%Y-%m-%d}"


class ShiftTemplate(models.Model):
    """A shift of the day: its hours are the utility's local time, `pattern` the policy's choice.

    Of a plan, or shipped (without one): those hold until a plan of their pattern is in force.
    """

    plan = models.ForeignKey(
        ShiftPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="shifts"
    )
    code = models.CharField(max_length=20, unique=True)
    pattern = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40, blank=True)
    starts = models.TimeField()
    ends = models.TimeField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["pattern", "starts"]

    def __str__(self) -> str:
        return self.name


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


class Handover(models.Model):
    """One shift given to the next: what was open, told item by item, and signed by both leaders."""

    shift = models.OneToOneField(Shift, on_delete=models.PROTECT, related_name="handover")
    next_shift = models.OneToOneField(
        Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="inherited"
    )
    begun_at = models.DateTimeField()
    begun_by = acting_person()
    note = models.CharField(max_length=500, blank=True)
    # What was not as it should be; the head of the call centre hears of it.
    discrepancy = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    given_by = acting_person()
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = acting_person()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(given_by__isnull=True)
                | Q(taken_by__isnull=True)
                | ~Q(given_by=F("taken_by")),
                name="two_people_sign",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(next_shift__isnull=False),
                name="taken_by_a_shift",
            ),
        ]

    def __str__(self) -> str:
        return f"handover of shift {self.shift_id}"


class HandoverItem(models.Model):
    """One open matter that is handed over: which record, what was said, and that it was told.

    `facts` hold codes, ids and times, no personal data. Gone when it was settled before signing.
    """

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=12, choices=HandoverKind.choices)
    subject_id = models.BigIntegerField()
    label = models.CharField(max_length=80)
    facts = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = acting_person()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["handover", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "kind", "subject_id"], name="handed_over_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"


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


class CrewDuty(models.Model):
    """A crew on duty from and until; taken back with a reason, never deleted."""

    crew = models.ForeignKey(Crew, on_delete=models.PROTECT, related_name="duties")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = acting_person()
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = acting_person()
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "crew"]
        verbose_name_plural = "crew duties"
        indexes = [
            models.Index(
                fields=["starts_at", "ends_at"],
                name="roster_by_time",
                condition=Q(voided_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="duty_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="voided_duty_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.crew} from {self.starts_at:%m-%d %H:%M}"
