"""The plan of a shutdown: its steps, whom it touches, its pressures."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Effect(TextChoices):
    """Why a customer is in an outage."""

    ZONE = "zone", _("in the zone")
    UNINTENDED = "unintended", _("outside the zone, cut off")
    ALREADY_DRY = "already_dry", _("without water before")


class Direction(TextChoices):
    """What a step does: to a valve, or to an outlet (hydrant or washout) of the zone.

    feed opens a normally closed valve for those cut off, shut closes it again in the reopening.
    """

    CLOSE = "close", _("close")
    DRAIN = "drain", _("see that it is dry")
    FEED = "feed", _("open to feed")
    VENT = "vent", _("let air out")
    OPEN = "open", _("open")
    FLUSH = "flush", _("flush")
    SHUT = "shut", _("close again")


SHUTDOWN = frozenset({Direction.CLOSE, Direction.DRAIN, Direction.FEED})

REOPENING = frozenset(Direction) - SHUTDOWN

# On these no valve is turned, so nothing waits for them.
OUTLET_STEPS = frozenset({Direction.DRAIN, Direction.VENT, Direction.FLUSH})


class CannotReason(TextChoices):
    SEIZED = "seized", _("seized")
    SPINDLE_SLIPS = "spindle_slips", _("spindle slips")
    NOT_FOUND = "not_found", _("not found")
    BLOCKED = "blocked", _("blocked")
    PASSES_WATER = "passes_water", _("passes water")


class PressureStatus(TextChoices):
    """How far a reckoning of pressures has come."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    REFUSED = "refused", _("no grades")
    FAILED = "failed", _("failed")


class PressureGrade(TextChoices):
    """How little of the pressure is left, in metres over the ground."""

    UNDER_7 = "under_7", _("under 7 m")
    UNDER_10 = "under_10", _("under 10 m")


class WeakKind(TextChoices):
    CUSTOMER = "customer", _("customer")
    PIPE = "pipe", _("pipe")
