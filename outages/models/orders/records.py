"""What happens beside an order's states: each a record of its own, none ever changed back."""

from django.db import models
from django.db.models import Q

from outages.choices import ContactMethod, EscalationReason, FollowUpKind
from outages.models.desk.reports import BurstReport
from outages.models.orders.work import WorkOrder
from outages.models.people import acting_person
from outages.models.rules.departments import Department


class OrderTransfer(models.Model):
    """An order given to another department, why, and how far the first one had come."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="transfers")
    from_department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    to_department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = acting_person()
    status_before = models.CharField(max_length=16)
    notified_before = models.DateTimeField(null=True, blank=True)
    accepted_before = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_department=models.F("to_department")),
                name="transfer_to_another_department",
            )
        ]

    def __str__(self) -> str:
        return f"transfer of {self.order_id}"


class Urge(models.Model):
    """Somebody reminded the department of an order."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="urges")
    at = models.DateTimeField()
    by = acting_person()
    text = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"urge of {self.order_id}"


class ExtensionRequest(models.Model):
    """More time asked for one limit of an order; the due time moves only when it is approved.

    `is_late`: asked after the limit had run out, so the breach remains whatever is decided.
    """

    class Decision(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        REJECTED = "rejected"

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="extensions")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)  # of the policy whose limit is to move
    due_before = models.DateTimeField()
    wanted_until = models.DateTimeField()
    plan = models.CharField(max_length=300)  # what the user will be told is going to happen
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    asked_by = acting_person()
    is_late = models.BooleanField(default=False)
    decision = models.CharField(max_length=8, choices=Decision.choices, default=Decision.PENDING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = acting_person()
    decision_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        permissions = [("approve_extensions", "Can decide on the own department's extensions")]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(decision="pending"), name="one_pending_extension"
            ),
            models.CheckConstraint(
                condition=Q(decision="pending", decided_at__isnull=True)
                | (~Q(decision="pending") & Q(decided_at__isnull=False)),
                name="extension_decided_at",
            ),
            models.CheckConstraint(
                condition=Q(wanted_until__gt=models.F("due_before")),
                name="extension_gives_more_time",
            ),
        ]

    def __str__(self) -> str:
        return f"extension of {self.order_id}"


class Escalation(models.Model):
    """An order laid before supervision, which co-ordinates or asks the leaders."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="escalations")
    reason = models.CharField(max_length=20, choices=EscalationReason.choices)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = acting_person()
    resolution = models.CharField(max_length=300, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = acting_person()

    class Meta:
        ordering = ["at", "pk"]
        permissions = [("resolve_escalations", "Can answer what is laid before supervision")]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(resolved_at__isnull=True),
                name="one_open_escalation",
            )
        ]

    def __str__(self) -> str:
        return f"escalation of {self.order_id}"


class UserContact(models.Model):
    """The user was contacted about an order: by whom, how, and whether they were reached."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="contacts")
    at = models.DateTimeField()
    by = acting_person()
    method = models.CharField(max_length=10, choices=ContactMethod.choices)
    reached = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"contact about {self.order_id}"


class FollowUp(models.Model):
    """A call that somebody owes about a report, by when, and what came of it."""

    report = models.ForeignKey(BurstReport, on_delete=models.PROTECT, related_name="follow_ups")
    order = models.ForeignKey(
        WorkOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    kind = models.CharField(max_length=16, choices=FollowUpKind.choices)
    text = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = acting_person()
    owner = acting_person()
    due_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = acting_person()
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["due_at"], name="follow_ups_open", condition=Q(done_at__isnull=True)
            )
        ]
        constraints = [
            # A call about a report alone, and one about an order of it: no number equals no number.
            models.UniqueConstraint(
                fields=["report", "kind"],
                condition=Q(done_at__isnull=True, order__isnull=True),
                name="one_open_call_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["report", "kind", "order"],
                condition=Q(done_at__isnull=True),
                name="one_open_call_of_an_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.report_id}"


class OrderMilestone(models.Model):
    """A node of pipe works, in order: what was to be done and when it was."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="milestones")
    sequence = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = acting_person()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["order", "sequence"], name="milestones_in_order")
        ]

    def __str__(self) -> str:
        return self.name
