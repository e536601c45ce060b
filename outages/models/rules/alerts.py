"""What somebody must know now: to a role, a department or one person, until it is acknowledged."""

from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models, transaction

from outages.models.events import Actor, Event, belongs_to, word_for


class Audience(NamedTuple):
    """Whom an alert is for: `kind` is one of `Alert.To`, `name` a role, a code, a user's key."""

    kind: str
    name: str


class AlertLog(models.Manager["Alert"]):
    """Alerts are raised and seen to, each with its event; senders raise them too."""

    def tell(
        self,
        audience: Audience,
        code: str,
        *,
        subject: models.Model,
        at: datetime,
        by: Actor = None,
        **facts: Any,
    ) -> "Alert":
        """Alert an audience to a record. `facts` must be JSON without personal data."""
        outage_id, report_id = belongs_to(subject)
        with transaction.atomic():
            alert = self.create(
                to_kind=audience.kind,
                to_name=audience.name,
                code=code,
                facts=facts,
                subject=word_for(subject),
                subject_id=subject.pk,
                outage_id=outage_id,
                report_id=report_id,
                created_at=at,
            )
            told = f"{audience.kind}:{audience.name}"
            Event.objects.append(alert, "alert_raised", by=by, at=at, new=code[:40], to=told)
        return alert

    def settle(self, subject: models.Model, code: str, *, at: datetime) -> int:
        """Take back what nobody needs to be told any more; return how many waited.

        The alerts stay on record, acknowledged by nobody.
        """
        rows = self.filter(
            subject=word_for(subject),
            subject_id=subject.pk,
            code=code,
            acknowledged_at__isnull=True,
        )
        with transaction.atomic():
            waiting = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
            for alert in waiting:
                alert.acknowledged_at = max(at, alert.created_at)
                alert.save(update_fields=["acknowledged_at"])
                Event.objects.append(alert, "alert_settled", by=None, at=at, new=code[:40])
        return len(waiting)


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

    objects = AlertLog()

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
