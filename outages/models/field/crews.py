"""Who goes out."""

from django.contrib.gis.db import models


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
