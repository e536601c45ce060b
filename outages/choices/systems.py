"""Other systems, and what the two centres tell each other."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ExchangeDirection(TextChoices):
    TO_DISPATCH = "to_dispatch", _("to the dispatch centre")
    TO_CALL_CENTRE = "to_call_centre", _("to the call centre")


class IntakeScope(TextChoices):
    """What another system's token opens."""

    REPORTS = "reports", _("hand in reports")
    EXCHANGE = "exchange", _("exchange messages with the call centre")
    ANOMALIES = "anomalies", _("tell anomalies of the network")
    CALLS = "calls", _("tell calls of the telephone system")


class AnomalyKind(TextChoices):
    """What the dispatch centre sees in the network's operation."""

    PRESSURE = "pressure", _("pressure out of range")
    FLOW = "flow", _("flow out of range")
    LEVEL = "level", _("tank level")
    PUMP = "pump", _("pump or plant stopped")
    QUALITY = "quality", _("water quality")
    OTHER = "other", _("other")
