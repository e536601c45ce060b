"""Other systems that hand reports in: who they are, and what each has sent."""

from django.db import models
from django.db.models import Q

from outages.models.reports import BurstReport
from outages.models.work import acting_person


class IntakeClient(models.Model):
    """A system that may hand in reports: a platform, the mayor's hotline, the press office.

    Its token is never stored, only its digest; `hint` are its last figures, so that people can
    tell tokens apart. Taken out of use with a reason, never deleted.
    """

    name = models.CharField(max_length=80, unique=True)
    channels = models.JSONField(default=list)  # values of Channel that it may name
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


class IntakeRequest(models.Model):
    """One report that a system handed in, under the key that it gave. Append-only.

    `digest` is of the body: the same key with other words is refused, with the same it is a
    repeat of a request whose answer got lost.
    """

    client = models.ForeignKey(IntakeClient, on_delete=models.PROTECT, related_name="requests")
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    report = models.OneToOneField(BurstReport, on_delete=models.PROTECT, related_name="intake")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["client", "at"], name="intake_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="intake_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.key}"
