"""Who goes out and what they report back."""

from django.conf import settings
from django.contrib.gis.db import models

from outages.models.outages import Outage
from outages.models.plans import ValveOperation
from outages.workflow import WorkOrderStatus


class Crew(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    leader = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    base = models.PointField(srid=4326, null=True, blank=True)
    is_on_duty = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class WorkOrder(models.Model):
    """The order to a crew to shut, repair and reopen; its milestones are never moved back."""

    number = models.CharField(max_length=20, unique=True)
    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="work_orders")
    crew = models.ForeignKey(Crew, on_delete=models.PROTECT, related_name="work_orders")
    status = models.CharField(
        max_length=16,
        choices=[(s.value, s.value) for s in WorkOrderStatus],
        default=WorkOrderStatus.ISSUED,
    )
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    notified_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    en_route_at = models.DateTimeField(null=True, blank=True)
    on_site_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    repaired_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cause_found = models.CharField(max_length=200, blank=True)
    action_taken = models.CharField(max_length=300, blank=True)
    leak_check_passed = models.BooleanField(null=True, blank=True)
    result = models.TextField(blank=True)

    class Meta:
        permissions = [("work_orders", "Can work on the own crew's orders")]

    def __str__(self) -> str:
        return self.number


class OperationPhoto(models.Model):
    """A photo of a step, re-encoded on arrival so that it carries no position or device data."""

    operation = models.ForeignKey(ValveOperation, on_delete=models.PROTECT, related_name="photos")
    image = models.ImageField(upload_to="operations/%Y/%m/")
    taken_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"photo of {self.operation_id}"
