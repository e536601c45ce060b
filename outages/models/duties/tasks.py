"""What the regulations make people do about an outage."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q

from outages.choices import CallResult, DutyAbout
from outages.models.outages import Outage
from outages.policy.matrix import Due, Gate, Owner, Task
from outages.workflow import DutyStatus


class OutageTask(models.Model):
    """One duty about one outage: a row of the decision matrix, for one addressee.

    `target` says whom or where: `org:CODE`, `customer:ID`, `road:NAME`, `place:TEXT`, `step:CODE`,
    or blank where the task has a single addressee. Names of customers stay in `network`.
    `round` 0 tells of the outage; each news of it on the same channels is one more.
    """

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="duties")
    task = models.CharField(max_length=24, choices=[(t.value, t.value) for t in Task])
    about = models.CharField(max_length=12, choices=DutyAbout.choices, default=DutyAbout.FIRST)
    round = models.PositiveSmallIntegerField(default=0)
    target = models.CharField(max_length=80, blank=True)
    target_name = models.CharField(max_length=120, blank=True)
    target_name_en = models.CharField(max_length=120, blank=True)
    geom = models.PointField(srid=4326, null=True, blank=True)
    owner = models.CharField(max_length=16, choices=[(o.value, o.value) for o in Owner])
    due = models.CharField(max_length=16, choices=[(d.value, d.value) for d in Due])
    due_at = models.DateTimeField(null=True, blank=True)
    gate = models.CharField(max_length=10, choices=[(g.value, g.value) for g in Gate])
    # Of the regulations; blank for what a person asked for.
    article = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in DutyStatus], default=DutyStatus.PENDING
    )
    made_at = models.DateTimeField()
    # Who put it on the list besides what the matrix asks; such a duty stays whatever changes.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Why it is not needed, or could not be done.
    reason = models.CharField(max_length=200, blank=True)
    call_result = models.CharField(max_length=12, choices=CallResult.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    again_at = models.DateTimeField(null=True, blank=True)
    told_to = models.CharField(max_length=80, blank=True)
    evidence = models.CharField(max_length=300, blank=True)
    evidence_url = models.URLField(max_length=300, blank=True)
    recording = models.CharField(max_length=80, blank=True)
    photo = models.ImageField(upload_to="duties/%Y/%m/", blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        permissions = [
            ("act_for_call_centre", "Can do the duties of the call centre"),
            ("act_for_engineering", "Can do the duties of the engineering company"),
            ("act_for_production", "Can do the duties of the production department"),
            ("act_for_company_leader", "Can do the duties of the company leader"),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_at"], name="duties_to_do", condition=Q(status="pending")
            )
        ]
        constraints = [
            # Made twice, by two plans at once, a duty would be done twice.
            models.UniqueConstraint(
                fields=["outage", "task", "target", "round"], name="one_duty_per_target_and_round"
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(done_at__isnull=False), name="done_duty_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["failed", "not_needed"]) | ~Q(reason=""),
                name="dropped_duty_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.target}".strip()
