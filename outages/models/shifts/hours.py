"""The hours of the desk's shifts, from a day on."""

from django.db import models
from django.db.models import Q

from outages.models.people import acting_person


class ShiftPlan(models.Model):
    """The hours of a pattern's shifts from a moment on, on whose word. Append-only."""

    pattern = models.CharField(max_length=20)
    effective_from = models.DateTimeField()
    source = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = acting_person()

    class Meta:
        ordering = ["-effective_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="shift_plan_names_source")
        ]

    def __str__(self) -> str:
        return f"{self.pattern} from {self.effective_from:%Y-%m-%d}"


class ShiftTemplate(models.Model):
    """A shift of the day: its hours are the utility's local time, `pattern` the policy's choice.

    Of a plan, or shipped (without one): those hold until a plan of their pattern is in force.
    """

    plan = models.ForeignKey(
        ShiftPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="shifts"
    )
    code = models.CharField(max_length=20, unique=True)
    pattern = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40, blank=True)
    starts = models.TimeField()
    ends = models.TimeField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["pattern", "starts"]

    def __str__(self) -> str:
        return self.name
