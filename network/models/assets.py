"""What is in the ground, as the utility's own records have it.

Geometry is EPSG:4326; lengths are metres, diameters and bores millimetres.
Rows name one another by the utility's asset ids, not by database keys: an answer,
a plan and a crew speak of `V-0412`, whatever revision they were made on. Ends and
positions that a source file left out were found by snapping when it came in.
"""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import IsEmpty, IsValid
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q

from network.choices import (
    Flow,
    LinkKind,
    Operability,
    PipeRole,
    PipeStatus,
    ValvePlacement,
    ValveState,
)
from network.models.revisions import NetworkRevision

# Longer than any pipe on Earth; what is above it is no length at all.
MAX_LENGTH_M = 1e8


def sound_geometry(name: str) -> models.CheckConstraint:
    """Refuse what would blank a map or mislead a trace: empty, invalid or NaN geometry.

    PostGIS stores NaN happily, but ST_IsValid is false for it.
    """
    return models.CheckConstraint(
        condition=Q(IsValid("geom")) & ~Q(IsEmpty("geom")), name=f"{name}_sound_geometry"
    )


def fraction_on_pipe(name: str) -> models.CheckConstraint:
    """Refuse a place before a pipe's start or beyond its end. NaN is above every number."""
    return models.CheckConstraint(
        condition=Q(fraction__isnull=True) | (Q(fraction__gte=0) & Q(fraction__lte=1)),
        name=f"{name}_fraction_on_pipe",
    )


class InRevision(models.Model):
    """What stands in one revision of the network, and goes with it."""

    # Each table has an index that begins with the revision; one more would slow every import. So
    # would asking row by row whether the revision exists: a trigger asks once a statement.
    revision = models.ForeignKey(
        NetworkRevision,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


class RevisionAsset(InRevision):
    """An asset under the utility's own id."""

    asset_id = models.CharField(max_length=64)
    attributes = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.asset_id


class Junction(RevisionAsset):
    """Where pipes meet or end. `is_generated` ones were made by snapping, not by the source."""

    # Found by name, never by place: an index would only slow the imports.
    geom = models.PointField(srid=4326, spatial_index=False)
    is_generated = models.BooleanField(default=False)
    elevation_m = models.FloatField(null=True, blank=True)
    # Daily mean that a hydraulic model draws here; utilities without a model have customers'.
    demand_m3_d = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "asset_id"], name="junction_id"),
            sound_geometry("junction"),
        ]


class Pipe(RevisionAsset):
    """A pipe, or a device on the line (pump, PRV, check valve)."""

    geom = models.LineStringField(srid=4326)
    from_junction = models.CharField(max_length=64)
    to_junction = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=LinkKind.choices, default=LinkKind.PIPE)
    flow = models.CharField(max_length=8, choices=Flow.choices, default=Flow.BOTH)
    status = models.CharField(
        max_length=16, choices=PipeStatus.choices, default=PipeStatus.IN_SERVICE
    )
    role = models.CharField(max_length=16, choices=PipeRole.choices, blank=True)
    diameter_mm = models.FloatField(null=True, blank=True)
    material = models.CharField(max_length=40, blank=True)
    length_m = models.FloatField()
    street = models.CharField(max_length=120, blank=True)
    street_en = models.CharField(max_length=120, blank=True)
    on_trunk_road = models.BooleanField(default=False)
    year_laid = models.PositiveSmallIntegerField(null=True, blank=True)
    # For pressures, where known: Hazen-Williams C; the head in m that a PRV or PSV keeps, the
    # m3/h of an FCV, the loss coefficient of a TCV; "m3/h:m ..." or "kw:N" of a pump.
    roughness = models.FloatField(null=True, blank=True)
    setting = models.FloatField(null=True, blank=True)
    pump_curve = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "asset_id"], name="pipe_id"),
            sound_geometry("pipe"),
            models.CheckConstraint(condition=Q(length_m__gte=0), name="pipe_length_not_negative"),
            # PostgreSQL holds NaN and infinity to be above every number.
            models.CheckConstraint(
                condition=Q(length_m__lte=MAX_LENGTH_M), name="pipe_length_is_a_number"
            ),
        ]


class PipeSplit(InRevision):
    """A junction that stands on the middle of a pipe (a tee, or a branch that touches it)."""

    pipe = models.CharField(max_length=64)
    junction = models.CharField(max_length=64)
    fraction = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "pipe", "junction"], name="one_split_per_junction"
            ),
            models.CheckConstraint(
                condition=Q(fraction__gt=0) & Q(fraction__lt=1), name="split_inside_pipe"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pipe} at {self.fraction:.3f}: {self.junction}"


class Valve(RevisionAsset):
    """A valve. Only one that `isolates` is a cut; air, washout and control valves are not.

    `state` and `operability` are what the source said; what holds now is
    `network.selectors.valve_conditions`, which lays the recorded changes over them.
    """

    geom = models.PointField(srid=4326)
    placement = models.CharField(max_length=8, choices=ValvePlacement.choices)
    junction = models.CharField(max_length=64, blank=True)
    pipe = models.CharField(max_length=64, blank=True)
    fraction = models.FloatField(null=True, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    isolates = models.BooleanField(default=True)
    flow_to_pipe = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=ValveState.choices, default=ValveState.OPEN)
    operability = models.CharField(
        max_length=12, choices=Operability.choices, default=Operability.OPERABLE
    )
    bore_mm = models.FloatField(null=True, blank=True)
    turns_to_close = models.PositiveSmallIntegerField(null=True, blank=True)
    closes_clockwise = models.BooleanField(default=True)
    ground = models.CharField(max_length=40, blank=True)
    location = models.CharField(max_length=200, blank=True)
    location_en = models.CharField(max_length=200, blank=True)
    # When the source last looked at the valve, where it says so.
    checked_on = models.DateField(null=True, blank=True)
    chamber = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "asset_id"], name="valve_id"),
            sound_geometry("valve"),
            fraction_on_pipe("valve"),
        ]


class Hydrant(RevisionAsset):
    geom = models.PointField(srid=4326)
    junction = models.CharField(max_length=64, blank=True)
    pipe = models.CharField(max_length=64, blank=True)
    fraction = models.FloatField(null=True, blank=True)
    location = models.CharField(max_length=200, blank=True)
    location_en = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "asset_id"], name="hydrant_id"),
            sound_geometry("hydrant"),
            fraction_on_pipe("hydrant"),
        ]


class Source(RevisionAsset):
    """What water comes from. An inlet pipe fills it: water never leaves the tank that way."""

    geom = models.PointField(srid=4326)
    junction = models.CharField(max_length=64)
    kind = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    inlet_pipes = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    # Level of the water, or head behind the pumps, in m above the datum of the elevations.
    head_m = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "asset_id"], name="source_id"),
            sound_geometry("source"),
        ]
