"""Where people without water get some meanwhile: standpipes and tankers."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from outages.choices import SupplyPointKind, SupplyPointStatus
from outages.models.outages import Outage


class SupplyPoint(models.Model):
    """A place to fetch water for one outage. The public reads name and hours of confirmed ones.

    `asset` is the hydrant or junction that the engine chose; it is blank for a place set by hand,
    and never public.
    """

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="supply_points")
    kind = models.CharField(max_length=10, choices=SupplyPointKind.choices)
    status = models.CharField(
        max_length=10, choices=SupplyPointStatus.choices, default=SupplyPointStatus.PROPOSED
    )
    asset = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    geom = models.PointField(srid=4326)
    persons = models.PositiveIntegerField(default=0)
    farthest_m = models.FloatField(null=True, blank=True)
    hours = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "asset"],
                condition=~Q(asset=""),
                name="one_supply_point_per_asset",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="supply_point_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
