"""What changes from minute to minute, apart from the drawing it is about.

A row here overrides what the revision's asset says; there is none where nothing was
recorded, so reading "what holds now" costs what has changed, not what exists.
"""

from django.conf import settings
from django.db import models

from network.choices import Operability, ValveState


class ValveCondition(models.Model):
    """What was last recorded of a valve; null means: as the revision says."""

    asset_id = models.CharField(max_length=64, primary_key=True)
    state = models.CharField(max_length=8, choices=ValveState.choices, null=True, blank=True)  # noqa: DJ001
    operability = models.CharField(  # noqa: DJ001 - null and "unknown" are two things
        max_length=12, choices=Operability.choices, null=True, blank=True
    )
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.state or '-'} / {self.operability or '-'}"


class ValveStateChange(models.Model):
    """One recorded change of one valve. Append-only: a trigger refuses update and delete."""

    asset_id = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    attribute = models.CharField(max_length=12)  # "state" or "operability"
    old = models.CharField(max_length=12)
    new = models.CharField(max_length=12)
    reason = models.CharField(max_length=200, blank=True)
    # What it was done for: "plan 12 v2", "import r3"; text, because network knows no outages.
    occasion = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.attribute}: {self.old} -> {self.new}"


class SourceActivity(models.Model):
    """Whether a source gives water now, where that differs from the revision."""

    asset_id = models.CharField(max_length=64, primary_key=True)
    is_active = models.BooleanField()
    changed_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "source activities"

    def __str__(self) -> str:
        return f"{self.asset_id}: {'active' if self.is_active else 'inactive'}"


class SourceActivityChange(models.Model):
    """One recorded change of one source. Append-only: a trigger refuses update and delete."""

    asset_id = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    was_active = models.BooleanField()
    is_active = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.asset_id}: {'active' if self.is_active else 'inactive'}"
