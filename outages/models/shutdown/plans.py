"""Which valves to turn, in which order, and what that does to whom."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from outages.choices import CannotReason, Direction, Effect
from outages.models.desk.reports import BurstReport
from outages.workflow import PlanStatus, StepStatus


class IsolationPlan(models.Model):
    """One version of an answer, with everything it was computed from. Never edited: superseded.

    `basis` records network revision, valve states, inactive sources and what other outages
    hold shut, so approval can tell whether the answer is still the answer. `answer` is the
    isolation as `topology` gave it; an override keeps the automatic answer in `automatic`.
    """

    report = models.ForeignKey(
        BurstReport, null=True, blank=True, on_delete=models.PROTECT, related_name="plans"
    )
    outage = models.ForeignKey(
        "outages.Outage", null=True, blank=True, on_delete=models.PROTECT, related_name="plans"
    )
    version = models.PositiveIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    status = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in PlanStatus], default=PlanStatus.COMPUTED
    )
    computed_at = models.DateTimeField()
    computed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    computed_in_ms = models.FloatField()
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revision_number = models.PositiveIntegerField()
    basis = models.JSONField()
    basis_digest = models.CharField(max_length=64)
    what_if = models.JSONField(default=dict, blank=True)
    override_reason = models.CharField(max_length=200, blank=True)
    answer = models.JSONField()
    automatic = models.JSONField(null=True, blank=True)
    is_isolatable = models.BooleanField()
    burst_pipes = models.JSONField(default=list)
    # Nobody asks which plan or step is where; indexes of places would only cost every plan time.
    burst_point = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    # Kept when the plan is put in force; until then drawn for whoever looks (selectors.plan_areas).
    zone_area = models.MultiPolygonField(srid=4326, null=True, blank=True, spatial_index=False)
    unintended_area = models.MultiPolygonField(
        srid=4326, null=True, blank=True, spatial_index=False
    )
    customers_in_zone = models.PositiveIntegerField(default=0)
    customers_unintended = models.PositiveIntegerField(default=0)
    customers_already_dry = models.PositiveIntegerField(default=0)
    # What the steps are to be made of (selectors.steps); null once they are made and stored.
    steps_to_make = models.JSONField(null=True, blank=True)
    closing_minutes = models.PositiveIntegerField(default=0)  # estimated, known with the steps
    connections = models.PositiveIntegerField(default=0)
    persons = models.PositiveIntegerField(default=0)
    key_users = models.PositiveIntegerField(default=0)
    on_trunk_road = models.BooleanField(default=False)

    class Meta:
        permissions = [
            ("plan_isolation", "Can compute and change plans"),
            ("approve_plan", "Can approve plans"),
            ("operate_plan", "Can carry out plan steps"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "version"],
                condition=Q(report__isnull=False),
                name="plan_version_per_report",
            ),
            models.UniqueConstraint(
                fields=["outage", "version"],
                condition=Q(report__isnull=True),
                name="plan_version_per_outage",
            ),
            models.CheckConstraint(
                condition=Q(report__isnull=False) | Q(outage__isnull=False),
                name="plan_has_a_cause",
            ),
            # Two dispatchers, two browsers: the database lets one plan be in force.
            models.UniqueConstraint(
                fields=["outage"],
                condition=Q(status__in=["approved", "executing", "all_closed", "reopening"]),
                name="one_plan_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk} v{self.version}"


class ValveOperation(models.Model):
    """One step: close or open one valve. What the crew reports is kept beside what was planned."""

    # Its constraints' indexes begin with the plan: one of its own would be a third.
    plan = models.ForeignKey(
        IsolationPlan, on_delete=models.PROTECT, related_name="operations", db_index=False
    )
    direction = models.CharField(max_length=5, choices=Direction.choices)
    sequence = models.PositiveSmallIntegerField()
    valve = models.CharField(max_length=64)
    geom = models.PointField(srid=4326, null=True, blank=True, spatial_index=False)
    # The valve's facts as they stood when the plan was made (bore, turns, ground, place).
    facts = models.JSONField(default=dict)
    status = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in StepStatus], default=StepStatus.PENDING
    )
    client_key = models.UUIDField(null=True, blank=True, unique=True)
    done_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    turns = models.PositiveSmallIntegerField(null=True, blank=True)
    cannot_reason = models.CharField(max_length=16, choices=CannotReason.choices, blank=True)
    remark = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["plan", "direction", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "direction", "sequence"], name="one_operation_per_sequence"
            ),
            models.UniqueConstraint(
                fields=["plan", "direction", "valve"], name="one_operation_per_valve"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}. {self.direction} {self.valve}"


class AffectedCustomer(models.Model):
    """Who a plan leaves without water, and why. The customer's facts stay in `network`."""

    # The constraint's index begins with the plan. That it exists a trigger asks once a statement:
    # a foreign key would ask for each of thousands of rows, and plans are never deleted.
    plan = models.ForeignKey(
        IsolationPlan,
        on_delete=models.PROTECT,
        related_name="affected",
        db_index=False,
        db_constraint=False,
    )
    customer = models.CharField(max_length=64)
    effect = models.CharField(max_length=12, choices=Effect.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "customer"], name="affected_once_per_plan")
        ]
        indexes = [models.Index(fields=["customer"], name="plans_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer}: {self.effect}"
