"""What happened, in order. Append-only: the database refuses update and delete."""

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One fact: who did what to which record, when, from what, to what, and why."""

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(max_length=12)  # report, plan, outage, order, notice, operation
    subject_id = models.BigIntegerField()
    outage = models.ForeignKey(
        "outages.Outage", null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    report = models.ForeignKey(
        "outages.BurstReport", null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    verb = models.CharField(max_length=40)
    old = models.CharField(max_length=40, blank=True)
    new = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["subject", "subject_id"], name="events_of_subject")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject} {self.subject_id}"
