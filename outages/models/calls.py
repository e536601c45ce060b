"""Calls that named no place: kept, so that every call at the desk leaves a record."""

from django.conf import settings
from django.db import models

from outages.choices import CallOutcome


class CallNote(models.Model):
    """One call that made no report: who took it, when, and what was asked.

    A call with a place is a BurstReport, whether it was answered or taken for noise.
    """

    client_key = models.UUIDField(unique=True)
    at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=CallOutcome.choices)
    asked = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="calls_by_time")]

    def __str__(self) -> str:
        return f"call {self.pk} {self.outcome}"
