"""What the utility has set: policy values and calendar days. Both are appended, never changed."""

from django.conf import settings
from django.db import models

from outages.policy.calendar import DayKind


class PolicyValue(models.Model):
    """One setting of one key, in force from `effective_from` until the next one is.

    `value` is what `policy.values.to_json` made; null where the operator has taken the value
    away. Of several from the same moment the one that was set last holds.
    """

    key = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    effective_from = models.DateTimeField()
    # Where it comes from: the resolution, the order, the page of the regulations.
    source = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["key", "effective_from", "pk"]
        permissions = [("set_policy", "Can change policies and the calendar")]
        indexes = [models.Index(fields=["key", "-effective_from"], name="policy_in_force")]

    def __str__(self) -> str:
        return f"{self.key} from {self.effective_from:%Y-%m-%d %H:%M}"


class CalendarDay(models.Model):
    """One entry of the working-day calendar; the newest entry of a day holds."""

    day = models.DateField()
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in DayKind])
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["day", "pk"]
        indexes = [models.Index(fields=["day"], name="calendar_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
