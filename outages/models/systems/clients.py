"""Other systems: who they are, what each may do, and what each has sent."""

from django.db import models
from django.db.models import Q

from outages.choices import IntakeScope
from outages.models.desk.calls import HotlineCall
from outages.models.desk.reports import BurstReport
from outages.models.people import acting_person
from outages.models.systems.exchange import Anomaly, ExchangeMessage


def reports_alone() -> list[str]:
    """Return what every system may do that was registered before there was anything else."""
    return [IntakeScope.REPORTS.value]


class IntakeClient(models.Model):
    """A system with a token: a platform, the mayor's hotline, the dispatch centre, the telephone.

    `scopes` are what it may do (values of IntakeScope); one that hands in reports names only its
    `channels`. Its token is never stored, only its digest; `hint` are its last figures, so that
    people can tell tokens apart. Taken out of use with a reason, never deleted.
    """

    name = models.CharField(max_length=80, unique=True)
    scopes = models.JSONField(default=reports_alone)
    channels = models.JSONField(default=list, blank=True)  # values of Channel
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    made_by = acting_person()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = acting_person()
    retire_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | ~Q(retire_reason=""),
                name="intake_retired_says_why",
            )
        ]

    def __str__(self) -> str:
        return self.name


def _made(model: type[models.Model]) -> models.OneToOneField:
    """Return the column of what a request may have made."""
    return models.OneToOneField(
        model, null=True, blank=True, on_delete=models.PROTECT, related_name="intake"
    )


class IntakeRequest(models.Model):
    """One thing that a system sent, under the key that it gave. Append-only.

    It names what it made: a report, a message, an anomaly or a call. `digest` is of the body: the
    same key with other words is refused, with the same it is a repeat of a request whose answer
    got lost.
    """

    client = models.ForeignKey(IntakeClient, on_delete=models.PROTECT, related_name="requests")
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    report = _made(BurstReport)
    exchange = _made(ExchangeMessage)
    anomaly = _made(Anomaly)
    call = _made(HotlineCall)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["client", "at"], name="intake_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="intake_key_once"),
            models.CheckConstraint(
                condition=Q(report__isnull=False, exchange=None, anomaly=None, call=None)
                | Q(report=None, exchange__isnull=False, anomaly=None, call=None)
                | Q(report=None, exchange=None, anomaly__isnull=False, call=None)
                | Q(report=None, exchange=None, anomaly=None, call__isnull=False),
                name="intake_made_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.key}"
