"""The inbox: what providers and people send us, each once."""

from django.db import models
from django.db.models import Q

from outages.choices import InboundKind, NoticeChannel
from outages.models.publishing.notices import Delivery


class InboundMessage(models.Model):
    """A receipt or a reply. `external_id` is unique at its source: heard twice, it is one.

    One that fits nothing is kept all the same: its message may be written down only later.
    `answer` is what a reply's words come to (1: satisfied, 2: not), for the call-backs.
    """

    class Answer(models.TextChoices):
        SATISFIED = "satisfied"
        UNSATISFIED = "unsatisfied"

    source = models.CharField(max_length=12)
    external_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=InboundKind.choices)
    channel = models.CharField(max_length=12, choices=NoticeChannel.choices)
    at = models.DateTimeField()  # by the provider's clock
    received_at = models.DateTimeField()
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="heard"
    )
    sender = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=500, blank=True)
    answer = models.CharField(max_length=12, choices=Answer.choices, blank=True)
    is_delivered = models.BooleanField(null=True, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    # The call-back that a reply is taken to answer.
    callback = models.ForeignKey(
        "outages.CallBack",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replies",
    )
    # When somebody dealt with a reply; receipts need nobody.
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="heard_once"),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="replies_waiting",
                condition=Q(kind="reply", taken_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind}"
