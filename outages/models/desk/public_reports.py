"""The letter box of the public form: all that the public side may write, until it is taken."""

from django.contrib.gis.db import models
from django.db.models import Q

from network.models.assets import sound_geometry
from outages.choices import NETWORK_KIND_CHOICES
from outages.models.desk.reports import BurstReport


class PublicReport(models.Model):
    """What somebody sent, as it was sent, and afterwards how far it has come, coarsely.

    Filed through the database function `file_public_report` and read back through
    `public_report_status`: the public's role sees no table. Once taken it is a BurstReport, and
    who sent it and what they saw stand there alone.
    """

    class Stage(models.TextChoices):
        RECEIVED = "received"
        WORKING = "working"
        DONE = "done"
        ANSWERED = "answered"

    client_key = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=20, unique=True)
    received_at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=NETWORK_KIND_CHOICES)
    geom = models.PointField(srid=4326)
    address = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=500, blank=True)
    is_danger = models.BooleanField(default=False)
    contact_name = models.CharField(max_length=80, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    # Null while it waits to be taken.
    report = models.OneToOneField(
        BurstReport, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.RECEIVED)

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"],
                name="public_reports_waiting",
                condition=Q(report__isnull=True),
            ),
            models.Index(
                fields=["received_at"],
                name="public_reports_going_on",
                condition=Q(report__isnull=False, stage__in=["received", "working"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _label in NETWORK_KIND_CHOICES]),
                name="public_report_kind",
            ),
            sound_geometry("public_report"),
        ]

    def __str__(self) -> str:
        return self.reference
