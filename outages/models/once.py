"""Forms that were taken: what keeps one that is sent twice from counting twice."""

from django.conf import settings
from django.db import models


class SentForm(models.Model):
    """The number of a form that was taken, for a day. `led_to` is what the sender was shown."""

    key = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    led_to = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return str(self.key)
