"""Which crew is on duty when."""

from django.db import models
from django.db.models import F, Q

from outages.models.field.crews import Crew
from outages.models.people import acting_person


class CrewDuty(models.Model):
    """A crew on duty from and until; taken back with a reason, never deleted."""

    crew = models.ForeignKey(Crew, on_delete=models.PROTECT, related_name="duties")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = acting_person()
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = acting_person()
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "crew"]
        verbose_name_plural = "crew duties"
        indexes = [
            models.Index(
                fields=["starts_at", "ends_at"],
                name="roster_by_time",
                condition=Q(voided_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="duty_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="voided_duty_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.crew} from {self.starts_at:%m-%d %H:%M}"
