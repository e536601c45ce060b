"""The monthly report: its versions, what people wrote into it, and what is done about it."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from outages.choices import ActionResult, MonthlySection
from outages.models.people import acting_person
from outages.models.rules.departments import Department
from outages.policy.monthly.figures import Figures
from outages.policy.report_periods import Period
from outages.workflow import MonthlyStatus


class MonthlyReport(models.Model):
    """One version of a month's report, named for the month (its first day) that it is drafted in.

    A draft shows the figures as they are; issuing keeps them (`figures`, what `Figures.to_json`
    made) with the name of whoever issued it. From then on the database refuses any change: what
    was wrong is corrected by another version, with a reason.
    """

    month = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
    # Days that it covers, both whole, as the policy was when the first version was drafted.
    first = models.DateField()
    last = models.DateField()
    # By then it must be issued, and from then on it is red.
    due_at = models.DateTimeField()
    red_at = models.DateTimeField()
    status = models.CharField(
        max_length=8,
        choices=[(s.value, s.value) for s in MonthlyStatus],
        default=MonthlyStatus.DRAFT,
    )
    drafted_at = models.DateTimeField()
    drafted_by = acting_person()
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    correction_reason = models.CharField(max_length=300, blank=True)
    figures = models.JSONField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = acting_person()
    # As it stood under the report, whatever the account is called later.
    issuer_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-month", "-version"]
        permissions = [
            ("view_monthly", "Can read the monthly report"),
            ("write_monthly", "Can comment on the monthly report and keep its actions"),
            ("issue_monthly", "Can issue and correct the monthly report"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["month", "version"], name="monthly_versions"),
            models.UniqueConstraint(
                fields=["month"], condition=Q(status="draft"), name="one_monthly_draft"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", issued_at=None, figures__isnull=True)
                | (
                    Q(status="issued", issued_at__isnull=False, figures__isnull=False)
                    & ~Q(issuer_name="")
                ),
                name="issued_with_figures_name_and_time",
            ),
            models.CheckConstraint(
                condition=Q(version=1, corrects=None)
                | (Q(version__gt=1, corrects__isnull=False) & ~Q(correction_reason="")),
                name="later_versions_correct_with_a_reason",
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="monthly_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} v{self.version}"

    @property
    def period(self) -> Period:
        """The days that it covers."""
        return Period(self.first, self.last)

    @property
    def is_issued(self) -> bool:
        """Whether its figures are kept and nothing changes any more."""
        return self.status == MonthlyStatus.ISSUED

    def kept_figures(self) -> Figures | None:
        """Return the figures that were issued; None for a draft."""
        stored: dict[str, Any] | None = self.figures
        return None if stored is None else Figures.from_json(stored)


class MonthlyComment(models.Model):
    """What somebody wrote under a section. Appended; the latest of a section is in force."""

    report = models.ForeignKey(MonthlyReport, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(max_length=12, choices=MonthlySection.choices)
    text = models.TextField(max_length=4000, blank=True)
    at = models.DateTimeField()
    by = acting_person()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.section} of {self.report_id}"


class ActionItem(models.Model):
    """What a department is to do about a theme of the report, by when, and what came of it.

    It outlives the report's issue: a report says what was agreed, its outcome comes later.
    """

    monthly = models.ForeignKey(MonthlyReport, on_delete=models.PROTECT, related_name="actions")
    topic = models.CharField(max_length=160)
    task = models.CharField(max_length=300)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    owner = models.CharField(max_length=80)
    due_on = models.DateField()
    created_at = models.DateTimeField()
    created_by = acting_person()
    result = models.CharField(max_length=8, choices=ActionResult.choices, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = acting_person()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["due_on"], name="actions_open", condition=Q(closed_at=None))
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, result="", outcome="")
                | (Q(closed_at__isnull=False) & ~Q(result="") & ~Q(outcome="")),
                name="closed_action_says_what_came_of_it",
            )
        ]

    def __str__(self) -> str:
        return self.task
