"""What the call centre and the dispatch centre tell each other (供水调度中心, both ways)."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from outages.choices import AnomalyKind, ExchangeDirection
from outages.models.outages import Outage


class ExchangeMessage(models.Model):
    """One message about an outage. To the dispatch centre its four items are never empty.

    `valve_states` lists {valve, bore_mm, state}. `digest` is that of the facts told, so that the
    same facts are not told twice; `cause` says what changed (opened, plan, estimate, …).
    """

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="exchanges")
    number = models.PositiveSmallIntegerField()
    direction = models.CharField(max_length=14, choices=ExchangeDirection.choices)
    cause = models.CharField(max_length=12)
    outage_status = models.CharField(max_length=18)
    leak_location = models.CharField(max_length=200, blank=True)
    pipe_diameter = models.CharField(max_length=60, blank=True)
    valve_states = models.JSONField(default=list)
    valve_text = models.CharField(max_length=300, blank=True)
    affected_area = models.CharField(max_length=300, blank=True)
    persons = models.PositiveIntegerField(default=0)
    expected_repair_at = models.DateTimeField(null=True, blank=True)
    remark = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The program of the dispatch centre that fetched it, where no person read it here.
    read_by_system = models.ForeignKey(
        "outages.IntakeClient", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        permissions = [("exchange", "Can exchange messages with the dispatch centre")]
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["outage", "number"], name="exchange_number"),
            models.CheckConstraint(
                condition=~Q(direction="to_dispatch")
                | (
                    ~Q(leak_location="")
                    & ~Q(pipe_diameter="")
                    & ~Q(valve_text="")
                    & ~Q(affected_area="")
                    & Q(expected_repair_at__isnull=False)
                ),
                name="exchange_has_its_items",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outage_id} {self.direction} {self.number}"


class Anomaly(models.Model):
    """Something out of order in the network, told by the dispatch centre, seen by an agent."""

    client_key = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=10, choices=AnomalyKind.choices)
    place = models.CharField(max_length=200)
    text = models.CharField(max_length=500)
    geom = models.PointField(srid=4326, null=True, blank=True)
    observed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outage = models.ForeignKey(
        Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="anomalies"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "anomalies"
        permissions = [("report_anomaly", "Can report anomalies of the network's operation")]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="anomalies_unread",
                condition=Q(acknowledged_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"
