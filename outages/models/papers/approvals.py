"""The company leader's word."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from outages.models.outages import Outage
from outages.models.papers.sheets import OutageSheet
from outages.workflow import ApprovalStatus


class LeaderApproval(models.Model):
    """The company leader's word on a plant's dispatch plan, for one version of the sheet."""

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="approvals")
    sheet = models.ForeignKey(OutageSheet, on_delete=models.PROTECT, related_name="approvals")
    status = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in ApprovalStatus],
        default=ApprovalStatus.REQUESTED,
    )
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    comment = models.CharField(max_length=300, blank=True)

    class Meta:
        permissions = [("approve_outage", "Can approve the plans of plant outages")]
        constraints = [
            models.UniqueConstraint(
                fields=["outage"], condition=Q(status="requested"), name="one_open_approval"
            )
        ]

    def __str__(self) -> str:
        return f"{self.outage_id} {self.status}"
