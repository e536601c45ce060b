"""Areas, trunk roads and organisations: what stands around the network."""

from django.contrib.gis.db import models

from network.choices import AreaKind, OrganisationKind


class Area(models.Model):
    """A pressure zone, district metered area, district or the service area."""

    kind = models.CharField(max_length=16, choices=AreaKind.choices)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    geom = models.MultiPolygonField(srid=4326)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="area_code")]

    def __str__(self) -> str:
        return self.name


class TrunkRoad(models.Model):
    """A road on which works have duties of their own (主干道路)."""

    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    geom = models.MultiLineStringField(srid=4326)

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """Someone to be told as an organisation: compound, manager, enterprise, bureau."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    contact = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=200, blank=True)
    geom = models.GeometryField(srid=4326, null=True, blank=True)

    def __str__(self) -> str:
        return self.name
