"""Labels for people, and small vocabularies of the outage's life."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReportKind(TextChoices):
    BURST = "burst", _("burst pipe")
    LEAK = "leak", _("leak")
    NO_WATER = "no_water", _("no water")
    LOW_PRESSURE = "low_pressure", _("low pressure")
    WATER_QUALITY = "water_quality", _("water quality")
    OTHER = "other", _("other fault")


# Kinds that mean water is leaving a main: they get a plan proposed at once.
ISOLATION_KINDS = frozenset({ReportKind.BURST, ReportKind.LEAK})


class MeterSide(TextChoices):
    BEFORE = "before", _("before the meter")
    AFTER = "after", _("after the meter")
    UNKNOWN = "unknown", _("not clear")


class Channel(TextChoices):
    """How a report came in."""

    PHONE = "phone", _("telephone")
    MAP = "map", _("control room map")
    PUBLIC_FORM = "public_form", _("public form")
    CREW = "crew", _("field staff")
    OTHER = "other", _("other")


class Supply(TextChoices):
    NO_WATER = "no_water", _("no water")
    LOW_PRESSURE = "low_pressure", _("reduced pressure")


class Works(TextChoices):
    NETWORK = "network", _("network works")
    PLANT = "plant", _("plant or pump")


class OutageSeverity(TextChoices):
    ORDINARY = "ordinary", _("ordinary")
    MAJOR = "major", _("major")
    EMERGENCY = "emergency", _("emergency")


class Cause(TextChoices):
    BURST = "burst", _("burst water main")
    LEAK = "leak", _("leaking water main")
    RENEWAL = "renewal", _("pipe renewal")
    CONNECTION = "connection", _("connection of a new main")
    VALVE_WORK = "valve_work", _("valve replacement")
    EQUIPMENT = "equipment_failure", _("equipment failure")
    WATER_QUALITY = "water_quality", _("water quality")
    OTHER = "other", _("urgent repair")


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


class CallOutcome(TextChoices):
    """How a call ended that made no report."""

    ANSWERED = "answered", _("answered")
    INVALID = "invalid", _("invalid call")


class NoticeKind(TextChoices):
    FIRST = "first", _("outage notice")
    UPDATE = "update", _("update")
    CORRECTION = "correction", _("correction")
    ALL_CLEAR = "all_clear", _("supply restored")
    CANCELLATION = "cancellation", _("cancelled")


class NoticeChannel(TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")
    PUBLIC_LIST = "public_list", _("public outage page")


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


class CallResult(TextChoices):
    """How a telephone call of the duty list ended."""

    REACHED = "reached", _("reached")
    NO_ANSWER = "no_answer", _("no answer")
    WRONG_NUMBER = "wrong_number", _("wrong number")


class DutyAbout(TextChoices):
    """What a duty tells: the outage itself, or news of it on the channels that were used."""

    FIRST = "first", _("the outage")
    UPDATE = "update", _("a change")
    CORRECTION = "correction", _("water stays on after all")
    ALL_CLEAR = "all_clear", _("water is back")
    CANCELLATION = "cancellation", _("called off")


class ExchangeDirection(TextChoices):
    TO_DISPATCH = "to_dispatch", _("to the dispatch centre")
    TO_CALL_CENTRE = "to_call_centre", _("to the call centre")


class AnomalyKind(TextChoices):
    """What the dispatch centre sees in the network's operation."""

    PRESSURE = "pressure", _("pressure out of range")
    FLOW = "flow", _("flow out of range")
    LEVEL = "level", _("tank level")
    PUMP = "pump", _("pump or plant stopped")
    QUALITY = "quality", _("water quality")
    OTHER = "other", _("other")


class SupplyPointKind(TextChoices):
    STANDPIPE = "standpipe", _("standpipe")
    TANKER = "tanker", _("water tanker")


class SupplyPointStatus(TextChoices):
    PROPOSED = "proposed", _("proposed")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("taken back")
