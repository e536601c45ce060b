"""What the crew saw."""

from django.conf import settings
from django.contrib.gis.db import models

from outages.models.shutdown.plans import ValveOperation


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
