"""What people tell us: a place on the map and what they saw there."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from outages.choices import Channel, MeterSide, ReportKind
from outages.workflow import ReportStatus


class BurstReport(models.Model):
    """A report of a burst, leak or other fault. Never deleted; `received_at` starts all clocks.

    `client_key` is made by whoever sends it, so a form sent twice is one report.
    """

    reference = models.CharField(max_length=20, unique=True)
    client_key = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=16, choices=ReportKind.choices)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    status = models.CharField(
        max_length=14,
        choices=[(s.value, s.value) for s in ReportStatus],
        default=ReportStatus.RECEIVED,
    )
    received_at = models.DateTimeField()
    occurred_at = models.DateTimeField(null=True, blank=True)
    geom = models.PointField(srid=4326)
    address = models.CharField(max_length=200, blank=True)
    landmark = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    meter_side = models.CharField(
        max_length=8, choices=MeterSide.choices, default=MeterSide.UNKNOWN
    )
    is_danger = models.BooleanField(default=False)
    # 1 at once, 2 soon, 3 in turn (impact.report_priority).
    priority = models.PositiveSmallIntegerField(default=3)
    contact_name = models.CharField(max_length=80, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    # Where it was snapped to; blank when no pipe was near enough.
    pipe = models.CharField(max_length=64, blank=True)
    pipe_fraction = models.FloatField(null=True, blank=True)
    snap_distance_m = models.FloatField(null=True, blank=True)
    pipe_facts = models.JSONField(default=dict, blank=True)
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    outage = models.ForeignKey(
        "outages.Outage", null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        permissions = [
            ("report_burst", "Can take a report"),
            ("enquire", "Can answer enquiries"),
        ]
        indexes = [models.Index(fields=["status", "-received_at"], name="report_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(status="received"),
                name="duplicate_is_not_open",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=models.F("pk")),
                name="no_duplicate_of_itself",
            ),
            models.CheckConstraint(
                condition=Q(pipe_fraction__isnull=True)
                | (Q(pipe_fraction__gte=0) & Q(pipe_fraction__lte=1)),
                name="report_fraction_on_pipe",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
