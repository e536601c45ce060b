"""The outage itself: what is off, where, why and until when."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import IsEmpty, IsValid
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outages.choices import Cause, OutageSeverity, Supply, Works
from outages.workflow import OutageKind, OutageStatus


class Outage(models.Model):
    """A planned or unplanned stoppage. `lock_version` grows with each write (see services)."""

    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(
        max_length=10,
        choices=[
            (OutageKind.PLANNED, pgettext_lazy("outage", "planned")),
            (OutageKind.UNPLANNED, _("unplanned")),
        ],
    )
    works = models.CharField(max_length=8, choices=Works.choices, default=Works.NETWORK)
    cause = models.CharField(max_length=20, choices=Cause.choices)
    supply = models.CharField(max_length=12, choices=Supply.choices, default=Supply.NO_WATER)
    status = models.CharField(
        max_length=18,
        choices=[(s.value, s.value) for s in OutageStatus],
        default=OutageStatus.DRAFT,
    )
    lock_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Place in plain words for the public ("Jiefang Road near Zhongshan Road"), both languages.
    place = models.CharField(max_length=200)
    place_en = models.CharField(max_length=200, blank=True)
    remark_public = models.CharField(max_length=200, blank=True)
    remark_public_en = models.CharField(max_length=200, blank=True)
    area = models.MultiPolygonField(srid=4326, null=True, blank=True)
    # As somebody answered it for the sheet; null: nobody has. The plan keeps what the map says.
    on_trunk_road = models.BooleanField(null=True, blank=True)
    severity = models.CharField(
        max_length=10, choices=OutageSeverity.choices, default=OutageSeverity.ORDINARY
    )
    # When the call centre was told: its clocks run from here.
    handed_over_at = models.DateTimeField(null=True, blank=True)
    planned_start_at = models.DateTimeField(null=True, blank=True)
    planned_end_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    estimated_restoration_at = models.DateTimeField(null=True, blank=True)
    repaired_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    # Codes of the sources that it stops, where it is a plant's or a pump's.
    sources = models.JSONField(default=list, blank=True)
    customers = models.PositiveIntegerField(default=0)
    connections = models.PositiveIntegerField(default=0)
    persons = models.PositiveIntegerField(default=0)
    key_users = models.PositiveIntegerField(default=0)

    class Meta:
        permissions = [
            ("view_outages", "Can see outages"),
            ("view_customers", "Can see the customers of an outage by name"),
            ("publish_notice", "Can publish notices"),
            ("stop_plant", "Can open outages of plants and pumps, and confirm their impact"),
            ("close_outage", "Can restore and close outages"),
            ("view_audit", "Can see the audit trail"),
        ]
        indexes = [models.Index(fields=["status", "-created_at"], name="outage_by_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=True) | (Q(IsValid("area")) & ~Q(IsEmpty("area"))),
                name="outage_sound_area",
            ),
            models.CheckConstraint(
                condition=Q(planned_end_at__isnull=True)
                | Q(planned_start_at__isnull=True)
                | Q(planned_end_at__gt=models.F("planned_start_at")),
                name="planned_end_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class RestorationEstimate(models.Model):
    """Each estimate of when water is back; the newest holds, the earlier ones stay."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="estimates")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    estimated_restoration_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    reason_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.outage_id}: {self.estimated_restoration_at:%Y-%m-%d %H:%M}"
