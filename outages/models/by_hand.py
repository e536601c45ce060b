"""What people do for a notice with their own hands, and what shows that they did it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from outages.choices import CallResult, EvidenceKind
from outages.models.notices import Delivery


class CallAttempt(models.Model):
    """One call of the telephone list."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="calls")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    result = models.CharField(max_length=12, choices=CallResult.choices)
    spoke_with = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.result}"


class Evidence(models.Model):
    """What shows that something was done by hand: a page's address, a clipping, a photo."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=12, choices=EvidenceKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to="evidence/%Y/%m/", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reference="") | ~Q(file=""), name="evidence_shows_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.kind}"
