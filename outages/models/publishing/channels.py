"""The ways out: how each fares, who else listens, and what a provider lends us for a while."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from outages.choices import NoticeChannel, Provider
from outages.models.publishing.inbound import InboundMessage


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


class ProviderState(models.Model):
    """How one of a channel's two providers fares: its circuit. Without a row it is closed.

    Open until `open_until` it is left alone; after that one message tries it.
    """

    channel = models.CharField(max_length=12, choices=NoticeChannel.choices)
    provider = models.CharField(max_length=6, choices=Provider.choices)
    troubles = models.PositiveIntegerField(default=0)  # in a row
    open_until = models.DateTimeField(null=True, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    troubled_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider"], name="one_circuit_a_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.provider}"


class OptOut(models.Model):
    """Somebody wants no messages at an address, or wants them again. Append-only: the last counts.

    It is the address that asked, whoever's account it serves; `customer` is whose file it was
    noted in, `heard` the reply that asked for it.
    """

    channel = models.CharField(max_length=12, choices=NoticeChannel.choices)
    address = models.CharField(max_length=120)
    is_out = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=200)
    customer = models.CharField(max_length=64, blank=True)
    heard = models.ForeignKey(
        InboundMessage, null=True, blank=True, on_delete=models.PROTECT, related_name="opt_outs"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["channel", "address", "-id"], name="opt_outs_by_address")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="opt_out_says_why")]

    def __str__(self) -> str:
        return f"{self.channel} {'out' if self.is_out else 'in'}"


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
