"""Which drawing of the network holds, how it came in, and what is wrong with it."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from network.choices import RevisionStatus, Severity


class NetworkRevision(models.Model):
    """One complete, immutable drawing of the network; exactly one is current.

    Asset rows belong to a revision and never change within it, so whatever was
    computed on a revision stays true of it. What changes from minute to minute
    (valve states, sources out of action) is kept apart, in `states`.
    """

    number = models.PositiveIntegerField(unique=True)
    status = models.CharField(
        max_length=12, choices=RevisionStatus.choices, default=RevisionStatus.STAGED
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source_name = models.CharField(max_length=200)
    source_crs = models.CharField(max_length=200, blank=True)
    snap_tolerance_m = models.FloatField()
    counts = models.JSONField(default=dict)
    extent = models.PolygonField(srid=4326, null=True, blank=True)

    class Meta:
        permissions = [
            ("view_network", "Can see the network"),
            ("import_network", "Can import a network"),
            ("edit_network", "Can edit network data"),
            ("operate_valves", "Can record valve states"),
            ("operate_sources", "Can record whether sources give water"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="current"), name="one_current_revision"
            )
        ]

    def __str__(self) -> str:
        return f"r{self.number}"


class ImportRun(models.Model):
    """One attempt to bring a network in, kept whether it was published or refused."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("running")
        PUBLISHED = "published", _("published")
        REFUSED = "refused", _("refused")
        DRY_RUN = "dry_run", _("dry run")
        FAILED = "failed", _("failed")
        BROKEN_OFF = "broken_off", _("interrupted")
        CHECKED = "checked", _("checked again")

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source_name = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    revision = models.ForeignKey(
        NetworkRevision, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.source_name} ({self.outcome})"


class CheckFinding(models.Model):
    """One thing wrong with one asset, where it is and how to mend it.

    `code` names the kind of defect (network.topology.check lists them); `facts`
    holds the numbers and ids that the translated text needs.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="findings")
    code = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    asset_kind = models.CharField(max_length=12)
    asset_id = models.CharField(max_length=64, blank=True)
    geom = models.PointField(srid=4326, null=True, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["run", "severity", "code"], name="finding_by_severity")]

    def __str__(self) -> str:
        return f"{self.code} {self.asset_kind} {self.asset_id}"
