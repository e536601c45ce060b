"""What every burst would take and every valve is worth, reckoned in advance.

Rows belong to a run, a run to one revision in one state of its valves and sources. They appear
together when the run is finished, so whoever reads them has all of them or none.
"""

from django.db import models
from django.db.models import Q

from network.choices import RunStatus
from network.models.revisions import NetworkRevision


class CriticalityRun(models.Model):
    """One reckoning of the whole network. `state_digest` names the state that it holds for.

    While it waits for a worker it has none, and `started_at` is when it was asked for.
    """

    revision = models.ForeignKey(
        NetworkRevision, on_delete=models.CASCADE, related_name="criticality_runs"
    )
    state_digest = models.CharField(max_length=16, blank=True)
    status = models.CharField(max_length=8, choices=RunStatus.choices, default=RunStatus.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # Whoever works on it holds `lease` and says so with `seen_at`; who lost it stores nothing.
    lease = models.UUIDField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    zones_left_out = models.PositiveIntegerField(default=0)  # of the search for valve places

    class Meta:
        indexes = [
            models.Index(fields=["revision", "state_digest", "status"], name="criticality_of_state")
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.state_digest} {self.status}"


class PipeCriticality(models.Model):
    """What a burst anywhere on one pipe takes."""

    run = models.ForeignKey(CriticalityRun, on_delete=models.CASCADE, related_name="pipes")
    pipe = models.CharField(max_length=64)
    customers = models.PositiveIntegerField()
    unintended = models.PositiveIntegerField()  # of the customers, those outside the zone
    persons = models.PositiveIntegerField()
    hydrants = models.PositiveIntegerField()
    valves_to_close = models.PositiveIntegerField()
    is_isolatable = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "pipe"], name="criticality_once_per_pipe"),
            models.CheckConstraint(
                condition=Q(unintended__lte=models.F("customers")), name="unintended_are_customers"
            ),
        ]
        indexes = [models.Index(fields=["run", "-customers"], name="pipes_by_criticality")]

    def __str__(self) -> str:
        return f"{self.pipe}: {self.customers}"


class ValveCriticality(models.Model):
    """What more bursts take when one working valve cannot be closed (RULES of `topology`)."""

    run = models.ForeignKey(CriticalityRun, on_delete=models.CASCADE, related_name="valves")
    valve = models.CharField(max_length=64)
    bursts = models.PositiveIntegerField()
    worst_pipe = models.CharField(max_length=64)
    worst_customers = models.PositiveIntegerField()
    worst_persons = models.PositiveIntegerField()
    all_customers = models.PositiveBigIntegerField()
    all_persons = models.PositiveBigIntegerField()
    not_isolatable = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "valve"], name="criticality_once_per_valve")
        ]
        indexes = [models.Index(fields=["run", "-all_customers"], name="valves_by_criticality")]

    def __str__(self) -> str:
        return f"{self.valve}: {self.worst_customers}"


class BestValvePlace(models.Model):
    """Where one new valve would help a zone most. Losses are metres of pipe x customers."""

    run = models.ForeignKey(CriticalityRun, on_delete=models.CASCADE, related_name="places")
    rank = models.PositiveSmallIntegerField()
    pipe = models.CharField(max_length=64)
    junction = models.CharField(max_length=64)
    loss_before = models.FloatField()
    loss_after = models.FloatField()
    customers = models.PositiveIntegerField()  # lost by any burst in the zone as it is
    customers_pipe_side = models.PositiveIntegerField()
    customers_other_side = models.PositiveIntegerField()
    zone_m = models.FloatField()

    class Meta:
        ordering = ["run", "rank"]
        constraints = [models.UniqueConstraint(fields=["run", "rank"], name="one_place_per_rank")]

    def __str__(self) -> str:
        return f"{self.rank}. {self.pipe} at {self.junction}"
