"""What the public is to hear of an outage, in one paper."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from outages.models.outages import Outage
from outages.models.shutdown.plans import IsolationPlan


class OutageSheet(models.Model):
    """The outage report sheet (停水报告) as it was handed over; a later one is the next version.

    `valves` lists {valve, bore_mm, place} in closing order; for a plant, its `sources`.
    """

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="sheets")
    version = models.PositiveSmallIntegerField()
    plan = models.ForeignKey(IsolationPlan, on_delete=models.PROTECT, related_name="sheets")
    place = models.CharField(max_length=200)
    area = models.MultiPolygonField(srid=4326)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    valves = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    on_trunk_road = models.BooleanField()
    customers = models.PositiveIntegerField()
    persons = models.PositiveIntegerField()
    handed_over_at = models.DateTimeField()
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The call centre has seen it.
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        permissions = [("hand_over_sheet", "Can hand over outage sheets and record permits")]
        constraints = [
            models.UniqueConstraint(fields=["outage", "version"], name="sheet_version"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="sheet_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(place=""), name="sheet_has_place"),
        ]

    def __str__(self) -> str:
        return f"{self.outage_id} v{self.version}"
