"""What people are told: a notice is a row, and so is each delivery of it."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import IsEmpty, IsValid
from django.db.models import Q

from outages.choices import DeliveryWhy, NoticeChannel, NoticeKind, Provider, Purpose
from outages.models.outages import Outage
from outages.workflow import DeliveryStatus, NoticeStatus


class OutageNotice(models.Model):
    """One version of what is said about an outage, in both languages.

    `fields` keeps the values that the texts were made from (reason, area, start, end,
    estimated restoration, storage advice, hotline, apology), so a text can be explained.
    """

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    version = models.PositiveIntegerField()
    status = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in NoticeStatus],
        default=NoticeStatus.DRAFT,
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # A large notice goes out only after somebody else looked at it too.
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    fields = models.JSONField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    text_zh = models.TextField()
    text_en = models.TextField()
    sms_zh = models.TextField()
    sms_en = models.TextField(blank=True)
    area = models.MultiPolygonField(srid=4326)
    customers = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outage", "version"], name="notice_version"),
            # Fail closed: a lost area must not become everybody's notice.
            models.CheckConstraint(
                condition=Q(IsValid("area")) & ~Q(IsEmpty("area")), name="notice_sound_area"
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="published_notice_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outage_id} {self.kind} v{self.version}"


class Delivery(models.Model):
    """One message to one recipient on one channel: the outbox row.

    Mostly a notice. A message that is none (a test, an order, a call-back) brings its own words.

    `attempts` is the fencing token: a sender whose claim was taken over sees another
    number and stops. `send_started_at` is set just before the gateway is called and
    cleared when its answer is known: a claim that ended with it set may have arrived.
    `key` travels with the message so that a gateway can refuse a repeat. `provider` is who has it,
    or had it last: while `send_started_at` is set, nobody else is asked.
    """

    notice = models.ForeignKey(
        OutageNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.NOTICE)
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    channel = models.CharField(max_length=12, choices=NoticeChannel.choices)
    recipient = models.CharField(max_length=120)  # phone, address, or "public"
    customer = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=8, default="zh-hans")
    key = models.UUIDField(unique=True)
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in DeliveryStatus],
        default=DeliveryStatus.PENDING,
    )
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    send_started_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    provider_reference = models.CharField(max_length=120, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    # What the provider said later: whether the telephone has it. Null until it says.
    is_received = models.BooleanField(null=True, blank=True)
    receipt_at = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(max_length=6, choices=Provider.choices, blank=True)
    why = models.CharField(max_length=12, choices=DeliveryWhy.choices, blank=True)
    # Until when it may wait for quiet hours to end; null where it goes at once.
    may_wait_until = models.DateTimeField(null=True, blank=True)
    # Whether it is one of those that an opt-out stops.
    heeds_opt_out = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel", "recipient"], name="one_delivery_per_recipient"
            ),
            models.CheckConstraint(
                condition=Q(notice__isnull=False, purpose="notice")
                | (Q(notice__isnull=True) & ~Q(purpose="notice") & ~Q(text="")),
                name="delivery_has_words",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="deliveries_to_send",
                condition=Q(status__in=["pending", "sending", "unknown"]),
            ),
            # How a channel fares: what is not through, and what went wrong of late.
            models.Index(
                fields=["channel", "due_at"],
                name="deliveries_not_through",
                condition=~Q(status__in=["accepted", "superseded"]),
            ),
            models.Index(
                fields=["channel", "due_at"],
                name="deliveries_with_trouble",
                condition=~Q(last_error=""),
            ),
            # A receipt names the provider's number.
            models.Index(
                fields=["provider_reference"],
                name="deliveries_by_reference",
                condition=~Q(provider_reference=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id or self.purpose} {self.channel} {self.status}"
