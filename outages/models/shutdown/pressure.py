"""How strong the water runs where a plan leaves it running: asked, reckoned, kept with the plan.

Weak customers and pipes appear together when a run is finished: whoever reads them has all of
them or none.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from outages.choices import PressureGrade, PressureStatus, WeakKind
from outages.models.shutdown.plans import IsolationPlan


class PressureRun(models.Model):
    """One reckoning of one plan. The row is the queue: a worker claims it for as long as it lives.

    `lease_until` runs out when a worker was killed: then another one takes the run over, and
    `attempts` tells the two apart, so that the first one's late word is not heard.
    """

    plan = models.ForeignKey(IsolationPlan, on_delete=models.PROTECT, related_name="pressure_runs")
    status = models.CharField(
        max_length=8, choices=PressureStatus.choices, default=PressureStatus.WAITING
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(default=0)
    # What it was reckoned on, and with what.
    revision_number = models.PositiveIntegerField()
    state_digest = models.CharField(max_length=16, blank=True)
    engine = models.CharField(max_length=40, blank=True)
    # Customers by grade; balance and size of the model; what was assumed on the way.
    counts = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    # Why there are no grades, where there are none, and the facts of that.
    refusal = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(status__in=["waiting", "running"]),
                name="one_pressure_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refusal=""), name="refused_pressure_says_why"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="pressure_runs_to_do",
                condition=Q(status__in=["waiting", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"pressure of plan {self.plan_id}: {self.status}"


class WeakPlace(models.Model):
    """A customer or a pipe that keeps water, but less than 10 m of it over the ground.

    Never one that the plan cuts off. A pipe's pressure is that of its weakest point.
    """

    run = models.ForeignKey(PressureRun, on_delete=models.PROTECT, related_name="weak")
    kind = models.CharField(max_length=8, choices=WeakKind.choices)
    asset = models.CharField(max_length=64)
    before_m = models.FloatField(null=True, blank=True)
    after_m = models.FloatField()
    grade = models.CharField(max_length=8, choices=PressureGrade.choices)
    is_new = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "asset"], name="weak_once_per_run"),
            models.CheckConstraint(condition=Q(after_m__lt=10), name="weak_is_under_10_m"),
        ]

    def __str__(self) -> str:
        return f"{self.asset}: {self.after_m:.1f} m"
