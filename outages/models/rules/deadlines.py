"""Limits as they run: one row a clock, with the rule and the value that it was started with."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from outages.models.rules.policy import PolicyValue
from outages.policy.deadlines import Standing, standing


class Deadline(models.Model):
    """A clock on one record. Rows are never deleted, and a breach is never taken back.

    `subject` and `subject_id` name the record as events do. `value` is printed as it was in
    force at the start, `policy_value` the row that it came from, None for the shipped default.
    `due_at` moves only when more time is granted, `first_due_at` never does.
    """

    key = models.CharField(max_length=40)
    subject = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()
    # What exactly, where a key stands for several things: the task of an outage's duty.
    about = models.CharField(max_length=24, blank=True)
    # What it is about, so that a board finds all that hangs on one case.
    report = models.ForeignKey(
        "outages.BurstReport",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deadlines",
    )
    outage = models.ForeignKey(
        "outages.Outage", null=True, blank=True, on_delete=models.PROTECT, related_name="deadlines"
    )
    order = models.ForeignKey(
        "outages.WorkOrder",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deadlines",
    )
    # Code of the department that has to keep it.
    department = models.CharField(max_length=32, blank=True)
    value = models.CharField(max_length=60)
    policy_value = models.ForeignKey(
        PolicyValue, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warns_at = models.DateTimeField(null=True, blank=True)
    # When the warning and the breach were recorded; `breached_at` is the second it ran out.
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        permissions = [("view_breaches", "Can see which limits were overstepped, by whom")]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="deadlines_open",
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
            ),
            models.Index(fields=["key", "department", "due_at"], name="deadlines_by_key"),
            models.Index(fields=["subject", "subject_id"], name="deadlines_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "subject_id", "key"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_deadline_of_a_key",
            ),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="deadline_met_or_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("first_due_at")), name="deadline_only_extended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.subject} {self.subject_id}"

    @property
    def is_open(self) -> bool:
        """Whether the clock runs."""
        return self.met_at is None and self.cancelled_at is None

    def standing(self, at: datetime) -> Standing:
        """Tell where it stands at `at`, whether or not the scan has been by."""
        return standing(
            due_at=self.due_at,
            warns_at=self.warns_at,
            met_at=self.met_at,
            cancelled_at=self.cancelled_at,
            breached_at=self.breached_at,
            at=at,
        )
