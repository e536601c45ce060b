"""The ways out: how each fares, who else listens, and what a provider lends us for a while."""

from django.conf import settings
from django.db import models

from outages.choices import NoticeChannel


class ChannelState(models.Model):
    """How a channel fares. Without a row it is on and was never used."""

    channel = models.CharField(max_length=12, choices=NoticeChannel.choices, unique=True)
    is_on = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=200, blank=True)
    # When a sender last came by, last handed something over, last met trouble.
    looked_at = models.DateTimeField(null=True, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    troubled_at = models.DateTimeField(null=True, blank=True)
    troubles = models.PositiveIntegerField(default=0)  # rounds without success, in a row

    class Meta:
        permissions = [("manage_channels", "Can look after the ways out")]

    def __str__(self) -> str:
        return str(self.channel)


class WebhookSubscriber(models.Model):
    """A program outside that is told of every published notice (Standard Webhooks 1.0).

    The secrets are sealed (outages.delivery.sealing). After a rotation the old one signs too,
    until `old_secret_until`.
    """

    name = models.CharField(max_length=80, unique=True)
    url = models.URLField(max_length=300)
    is_on = models.BooleanField(default=True)
    # Why it is off: an administrator's words, or "gone" after an answer 410.
    off_reason = models.CharField(max_length=200, blank=True)
    secret = models.BinaryField()
    old_secret = models.BinaryField(default=bytes, blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return self.name


class GatewayToken(models.Model):
    """A provider's access token: one for all processes, for a second one ends the first."""

    gateway = models.CharField(max_length=12, primary_key=True)
    token = models.BinaryField()  # sealed
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.gateway
