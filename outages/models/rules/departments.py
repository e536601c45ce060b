"""Who takes orders: departments, the people who answer for them, districts and routing."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q


class Department(models.Model):
    """A department of the utility; `code` is stable, whatever it is called this year."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    takes_orders = models.BooleanField(default=True)

    class Meta:
        permissions = [
            ("manage_departments", "Can keep the registers of departments and routing"),
        ]

    def __str__(self) -> str:
        return self.name


class Acceptor(models.Model):
    """Somebody who takes orders for a department, and when; retired, never deleted.

    The hours are the utility's local time; an acceptor without hours is always asked. The
    department's liaison answers around the clock, for the hours that nobody else has.
    """

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="acceptors")
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_liaison = models.BooleanField(default=False)
    from_hour = models.TimeField(null=True, blank=True)
    to_hour = models.TimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["department", "-is_liaison", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(is_liaison=True, is_active=True),
                name="one_liaison_a_department",
            ),
            models.CheckConstraint(
                condition=Q(from_hour__isnull=True, to_hour__isnull=True)
                | Q(from_hour__isnull=False, to_hour__isnull=False),
                name="acceptor_hours_whole",
            ),
            models.CheckConstraint(
                condition=Q(is_liaison=False) | Q(from_hour__isnull=True),
                name="liaison_around_the_clock",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """A part of the town that some unit answers for (EPSG:4326)."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    geom = models.MultiPolygonField(srid=4326)

    def __str__(self) -> str:
        return self.name


class OrderCategory(models.Model):
    """What an order is about: see outages.policy.organisation for what the flags mean."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="categories")
    needs_place = models.BooleanField(default=False)
    needs_leak_check = models.BooleanField(default=False)
    forward_only = models.BooleanField(default=False)
    sequence = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["sequence", "code"]

    def __str__(self) -> str:
        return self.name


class RoutingEntry(models.Model):
    """A routing rule in force: outages.policy.routing says which of several counts."""

    category = models.ForeignKey(
        OrderCategory, null=True, blank=True, on_delete=models.PROTECT, related_name="routes"
    )
    district = models.ForeignKey(
        District, null=True, blank=True, on_delete=models.PROTECT, related_name="routes"
    )
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="routes")
    crew = models.ForeignKey(
        "outages.Crew", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.category or '*'} / {self.district or '*'}: {self.department}"
