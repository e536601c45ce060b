"""Calls at the desk: those that named no place, and how long each caller waited."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

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


class HotlineCall(models.Model):
    """One call as the telephone system tells it: first ring, answer or end. Append-only.

    Nothing of who called: that is the desk's report. `agent` is the seat as the telephone system
    names it, `answered_by` the user of that name. The limit that held is the call's Deadline.
    """

    ring_at = models.DateTimeField()
    answer_at = models.DateTimeField(null=True, blank=True)
    # When the caller gave up; null where somebody answered.
    ended_at = models.DateTimeField(null=True, blank=True)
    rings = models.PositiveSmallIntegerField(null=True, blank=True)
    agent = models.CharField(max_length=40, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["ring_at", "pk"]
        indexes = [
            models.Index(fields=["-ring_at"], name="hotline_by_time"),
            models.Index(fields=["answered_by", "-answer_at"], name="hotline_by_agent"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer_at__isnull=False, ended_at__isnull=True)
                | Q(answer_at__isnull=True, ended_at__isnull=False),
                name="hotline_answered_or_given_up",
            ),
            models.CheckConstraint(
                condition=Q(answer_at__gte=F("ring_at")) | Q(ended_at__gte=F("ring_at")),
                name="hotline_rings_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.ring_at:%m-%d %H:%M:%S}"

    @property
    def outcome(self) -> str:
        """`answered` or `given_up`."""
        return "answered" if self.answer_at is not None else "given_up"

    @property
    def waited_until(self) -> datetime:
        """When the ringing ended."""
        ended = self.answer_at or self.ended_at
        assert ended is not None, "the database requires one of them"
        return ended

    @property
    def waited(self) -> timedelta:
        """How long it rang."""
        return self.waited_until - self.ring_at
