"""Columns that name people."""

from django.conf import settings
from django.db import models


def person() -> models.ForeignKey:
    """Return the column of somebody who must be named."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


def acting_person() -> models.ForeignKey:
    """Return the column of who did it; None where the system did."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
