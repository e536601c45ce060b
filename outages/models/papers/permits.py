"""The city's word on planned works."""

from django.contrib.gis.db import models
from django.db.models import Q

from outages.models.outages import Outage
from outages.workflow import PermitStatus


class Permit(models.Model):
    """The approval of the city's authority for planned works; one an outage, its past in events."""

    outage = models.OneToOneField(Outage, on_delete=models.PROTECT, related_name="permit")
    status = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in PermitStatus],
        default=PermitStatus.REQUIRED,
    )
    authority = models.CharField(max_length=80)
    required_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    number = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    document = models.FileField(upload_to="permits/%Y/%m/", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="approved") | (~Q(number="") & Q(decided_at__isnull=False)),
                name="approved_permit_has_number",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outage_id} {self.status}"
