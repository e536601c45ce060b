"""What one shift hands to the next, signed by both leaders."""

from django.db import models
from django.db.models import F, Q

from outages.choices import HandoverKind
from outages.models.people import acting_person
from outages.models.shifts.on_duty import Shift


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
