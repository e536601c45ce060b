"""Who looked at a customer's data, and why. Append-only: the database refuses update and delete."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from outages.choices import DisclosedThing, DisclosureReason
from outages.models.desk.reports import BurstReport
from outages.models.outages import Outage


class Disclosure(models.Model):
    """Something masked was shown to somebody: a number, a customer's file, a list taken away.

    The number itself is never in it. `customer` is the asset's id, which outlives an import.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    thing = models.CharField(max_length=10, choices=DisclosedThing.choices)
    reason = models.CharField(max_length=16, choices=DisclosureReason.choices)
    note = models.CharField(max_length=200, blank=True)
    customer = models.CharField(max_length=64, blank=True)
    report = models.ForeignKey(
        BurstReport, null=True, blank=True, on_delete=models.PROTECT, related_name="disclosures"
    )
    outage = models.ForeignKey(
        Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="disclosures"
    )
    rows = models.PositiveIntegerField(default=1)  # how many customers a list held

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["by", "at"], name="disclosures_of_person"),
            models.Index(fields=["customer", "at"], name="disclosures_of_customer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="other") | ~Q(note=""), name="other_disclosure_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"{self.thing} for {self.reason}"
