"""The order to a department, and perhaps to one of its crews."""

from django.contrib.gis.db import models
from django.db.models import Q

from outages.choices import AssetKind, NotifyMethod, OrderOutcome, ResidualKind
from outages.models.desk.reports import BurstReport
from outages.models.field.crews import Crew
from outages.models.outages import Outage
from outages.models.people import acting_person
from outages.models.rules.departments import Department, OrderCategory
from outages.workflow import WorkOrderStatus


class WorkOrder(models.Model):
    """The order to a department, and perhaps to one of its crews.

    One department answers for it at a time. An order to a crew for an outage is to shut, repair
    and reopen; others are worked off in the department. Milestones are never moved back: a
    transfer keeps what the department before had reached (`OrderTransfer`).
    """

    number = models.CharField(max_length=20, unique=True)
    report = models.ForeignKey(
        BurstReport, null=True, blank=True, on_delete=models.PROTECT, related_name="work_orders"
    )
    outage = models.ForeignKey(
        Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="work_orders"
    )
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="work_orders")
    category = models.ForeignKey(OrderCategory, on_delete=models.PROTECT, related_name="+")
    crew = models.ForeignKey(
        Crew, null=True, blank=True, on_delete=models.PROTECT, related_name="work_orders"
    )
    # An order that another one gave rise to: what was left over, or an unsatisfied user.
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers"
    )
    status = models.CharField(
        max_length=16,
        choices=[(s.value, s.value) for s in WorkOrderStatus],
        default=WorkOrderStatus.ISSUED,
    )
    task = models.CharField(max_length=300, blank=True)
    asset_kind = models.CharField(max_length=8, choices=AssetKind.choices, blank=True)
    asset = models.CharField(max_length=64, blank=True)
    geom = models.PointField(srid=4326, null=True, blank=True)
    # Agreed with the user: arrival is measured against this time then.
    appointment_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField()
    issued_by = acting_person()
    notified_at = models.DateTimeField(null=True, blank=True)
    notify_method = models.CharField(max_length=16, choices=NotifyMethod.choices, blank=True)
    callee = models.CharField(max_length=80, blank=True)
    recording = models.CharField(max_length=80, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = acting_person()
    assignee = models.CharField(max_length=80, blank=True)  # the named person who handles it
    expected_at = models.DateTimeField(null=True, blank=True)  # arrival, as the crew says
    en_route_at = models.DateTimeField(null=True, blank=True)
    on_site_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    repaired_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    fed_back_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    cause_found = models.CharField(max_length=200, blank=True)
    action_taken = models.CharField(max_length=300, blank=True)
    materials = models.CharField(max_length=300, blank=True)
    leak_check_passed = models.BooleanField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=OrderOutcome.choices, blank=True)
    referred_to = models.CharField(max_length=120, blank=True)
    residual_kind = models.CharField(max_length=8, choices=ResidualKind.choices, blank=True)
    residual = models.CharField(max_length=300, blank=True)
    signed_by = models.CharField(max_length=80, blank=True)
    user_remark = models.CharField(max_length=300, blank=True)
    result = models.TextField(blank=True)
    urge_count = models.PositiveSmallIntegerField(default=0)
    transfer_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        permissions = [
            ("work_orders", "Can work on the own crew's orders"),
            ("issue_orders", "Can issue, urge, transfer and file orders"),
            ("handle_orders", "Can handle the own department's orders"),
        ]
        indexes = [
            models.Index(fields=["department", "status"], name="orders_of_department"),
            models.Index(fields=["report"], name="orders_of_report"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="referred") | ~Q(referred_to=""), name="referred_to_whom"
            ),
            models.CheckConstraint(
                condition=Q(residual_kind="") | ~Q(residual=""), name="residual_is_described"
            ),
        ]

    def __str__(self) -> str:
        return self.number
