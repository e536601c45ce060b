"""The outage: what is off, why, how bad, and what says so."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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


class SupplyPointKind(TextChoices):
    STANDPIPE = "standpipe", _("standpipe")
    TANKER = "tanker", _("water tanker")


class SupplyPointStatus(TextChoices):
    PROPOSED = "proposed", _("proposed")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("taken back")


class SpellBasis(TextChoices):
    """What says that a customer had no water."""

    VALVES = "valves", _("signed valve steps, or a stopped source")
    REPORTED = "reported", _("report of no water")
    RECORDED = "recorded", _("recorded outside any outage")
