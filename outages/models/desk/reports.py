"""What people tell us: a burst at a place on the map, a complaint, a question, a word of praise."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from outages.choices import (
    NETWORK_KINDS,
    Channel,
    Disposition,
    MeterSide,
    ReportKind,
    SpokenLanguage,
    Triage,
    Urgency,
)
from outages.workflow import ReportStatus


class BurstReport(models.Model):
    """One contact of somebody with the utility. Never deleted; `received_at` starts all clocks.

    Faults of the network have a place; the other kinds may go without. `client_key` is made by
    whoever sends it, so a form sent twice is one report. Who took it first stays its owner until
    the loop is closed: the database refuses to change `first_owner` and `received_at`.
    """

    reference = models.CharField(max_length=20, unique=True)
    client_key = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=16, choices=ReportKind.choices)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    status = models.CharField(
        max_length=14,
        choices=[(s.value, s.value) for s in ReportStatus],
        default=ReportStatus.RECEIVED,
    )
    received_at = models.DateTimeField()
    occurred_at = models.DateTimeField(null=True, blank=True)
    # Entered later than it was received (paper kept while the system was down), and why.
    entered_at = models.DateTimeField(null=True, blank=True)
    entry_reason = models.CharField(max_length=200, blank=True)
    geom = models.PointField(srid=4326, null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    landmark = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    meter_side = models.CharField(
        max_length=8, choices=MeterSide.choices, default=MeterSide.UNKNOWN
    )
    # As the caller says; what is in the ground stands in `pipe_facts`.
    told_diameter_mm = models.PositiveSmallIntegerField(null=True, blank=True)
    triage = models.CharField(max_length=16, choices=Triage.choices, blank=True)
    triage_reason = models.CharField(max_length=200, blank=True)
    is_danger = models.BooleanField(default=False)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    is_complaint = models.BooleanField(default=False)
    is_major = models.BooleanField(default=False)
    is_confidential = models.BooleanField(default=False)
    # The press, a regulator or a consumers' association is involved.
    with_media = models.BooleanField(default=False)
    dissatisfied_at = models.DateTimeField(null=True, blank=True)
    instruction = models.CharField(max_length=300, blank=True)
    instructed_at = models.DateTimeField(null=True, blank=True)
    instructed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # 1 at once, 2 soon, 3 in turn (impact.report_priority).
    priority = models.PositiveSmallIntegerField(default=3)
    contact_name = models.CharField(max_length=80, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(
        max_length=5, choices=SpokenLanguage.choices, default=SpokenLanguage.MANDARIN
    )
    # The account that it is about, by its asset id; blank where the caller has none.
    customer = models.CharField(max_length=64, blank=True)
    # Where it was snapped to; blank when no pipe was near enough.
    pipe = models.CharField(max_length=64, blank=True)
    pipe_fraction = models.FloatField(null=True, blank=True)
    snap_distance_m = models.FloatField(null=True, blank=True)
    pipe_facts = models.JSONField(default=dict, blank=True)
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    outage = models.ForeignKey(
        "outages.Outage", null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    # How often somebody came back about the same matter.
    repeat_count = models.PositiveIntegerField(default=0)
    first_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="first_contacts",
    )
    disposition = models.CharField(max_length=16, choices=Disposition.choices, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        permissions = [
            ("report_burst", "Can take a report"),
            ("enquire", "Can answer enquiries"),
            ("view_confidential", "Can see who is behind a confidential report"),
            ("instruct", "Can instruct as a leader"),
        ]
        indexes = [
            models.Index(fields=["status", "-received_at"], name="report_queue"),
            models.Index(fields=["first_owner", "status"], name="reports_of_owner"),
            models.Index(fields=["customer"], name="reports_of_customer"),
            models.Index(fields=["contact_phone"], name="reports_by_phone"),
            models.Index(
                fields=["-received_at"], name="complaint_register", condition=Q(is_complaint=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(geom__isnull=False) | ~Q(kind__in=sorted(NETWORK_KINDS)),
                name="network_report_has_place",
            ),
            models.CheckConstraint(
                condition=Q(outage__isnull=True) | Q(kind__in=sorted(NETWORK_KINDS)),
                name="only_faults_open_outages",
            ),
            models.CheckConstraint(
                condition=Q(entered_at__isnull=True) | ~Q(entry_reason=""),
                name="back_entry_says_why",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(status="received"),
                name="duplicate_is_not_open",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=models.F("pk")),
                name="no_duplicate_of_itself",
            ),
            models.CheckConstraint(
                condition=Q(pipe_fraction__isnull=True)
                | (Q(pipe_fraction__gte=0) & Q(pipe_fraction__lte=1)),
                name="report_fraction_on_pipe",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
