"""The words the network uses for its assets, with labels for people."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RevisionStatus(TextChoices):
    STAGED = "staged", _("being built")
    CURRENT = "current", _("current")
    SUPERSEDED = "superseded", _("superseded")


class RunStatus(TextChoices):
    """How far a long reckoning has come."""

    WAITING = "waiting", _("asked for")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("failed")


class LinkKind(TextChoices):
    """What a pipe row is: a pipe, or a device that water passes through."""

    PIPE = "pipe", _("pipe")
    PUMP = "pump", _("pump")
    PRV = "prv", _("pressure-reducing valve")
    PSV = "psv", _("pressure-sustaining valve")
    FCV = "fcv", _("flow-control valve")
    TCV = "tcv", _("throttle-control valve")
    CHECK_VALVE = "check_valve", _("check valve")


class Flow(TextChoices):
    BOTH = "both", _("both ways")
    FORWARD = "forward", _("from start to end only")


class PipeStatus(TextChoices):
    IN_SERVICE = "in_service", _("in service")
    PLANNED = "planned", _("planned")
    OUT_OF_SERVICE = "out_of_service", _("out of service")
    ABANDONED = "abandoned", _("abandoned")


class PipeRole(TextChoices):
    TRUNK = "trunk", _("trunk main")
    DISTRIBUTION = "distribution", _("distribution main")
    SERVICE = "service", _("service pipe")


class ValvePlacement(TextChoices):
    """Where a valve cuts: all pipe ends at a node, one pipe's end, or mid-pipe."""

    NODE = "node", _("at a junction")
    PIPE_END = "pipe_end", _("at a pipe's end")
    MID_PIPE = "mid_pipe", _("in the middle of a pipe")


class ValveState(TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    UNKNOWN = "unknown", _("unknown")


class Operability(TextChoices):
    OPERABLE = "operable", _("operable")
    INOPERABLE = "inoperable", _("inoperable")
    INACCESSIBLE = "inaccessible", _("inaccessible")
    UNKNOWN = "unknown", _("unknown")


class AreaKind(TextChoices):
    SERVICE_AREA = "service_area", _("service area")
    PRESSURE_ZONE = "pressure_zone", _("pressure zone")
    DMA = "dma", _("district metered area")
    DISTRICT = "district", _("district")


class OrganisationKind(TextChoices):
    ENTERPRISE = "enterprise", _("enterprise")
    INSTITUTION = "institution", _("public institution")
    COMPOUND = "compound", _("residential compound")
    PROPERTY = "property", _("property manager")
    COMMUNITY = "community", _("community office")
    FIRE_SERVICE = "fire_service", _("fire service")
    BUREAU = "bureau", _("city bureau")
    MEDIA = "media", _("media")


class Severity(TextChoices):
    BLOCKING = "blocking", _("blocking")
    WARNING = "warning", _("warning")
    NOTE = "note", _("note")
