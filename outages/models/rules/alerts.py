"""What somebody must know now: to a role, a department or one person, until it is acknowledged."""

from typing import NamedTuple

from django.conf import settings
from django.db import models


class Audience(NamedTuple):
    """Whom an alert is for: `kind` is one of `Alert.To`, `name` a role, a code, a user's key."""

    kind: str
    name: str


class Alert(models.Model):
    """One alert to one audience; the first of them who acknowledges it does so for all.

    `code` and `facts` (JSON, no personal data) are worded by the views in the reader's language.
    """

    class To(models.TextChoices):
        ROLE = "role"
        DEPARTMENT = "department"
        USER = "user"

    to_kind = models.CharField(max_length=10, choices=To.choices)
    to_name = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    facts = models.JSONField(default=dict, blank=True)
    subject = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()
    outage = models.ForeignKey(
        "outages.Outage", null=True, blank=True, on_delete=models.PROTECT, related_name="alerts"
    )
    report = models.ForeignKey(
        "outages.BurstReport",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="alerts",
    )
    created_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["to_kind", "to_name"],
                name="alerts_open",
                condition=models.Q(acknowledged_at__isnull=True),
            ),
            models.Index(fields=["subject", "subject_id"], name="alerts_of_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True)
                | models.Q(acknowledged_at__gte=models.F("created_at")),
                name="alert_acknowledged_after",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} to {self.to_kind} {self.to_name}"
