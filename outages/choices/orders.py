"""Orders: who was told and reached how, why they are passed on, how they end."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NotifyMethod(TextChoices):
    """How a department was told of an order."""

    RECORDED_CALL = "recorded_call", _("recorded call")
    SMS = "sms", _("SMS")
    APP = "app", _("in the system")


class ContactMethod(TextChoices):
    """How the user was reached."""

    PHONE = "phone", _("telephone")
    VISIT = "visit", _("visit")
    SMS = "sms", _("SMS")
    MEDIATED = "mediated", _("through the call centre")


class EscalationReason(TextChoices):
    BEYOND_ABILITY = "beyond_ability", _("beyond the department's ability")
    NOT_IN_TIME = "not_in_time", _("not solved in time")
    SEVERAL_DEPARTMENTS = "several_departments", _("several departments are needed")


class FollowUpKind(TextChoices):
    """A call that somebody owes."""

    PROMISED = "promised", _("call promised")
    AFTER_TRANSFER = "after_transfer", _("call after a transfer")
    TELL_DELAY = "tell_delay", _("tell the user of the delay")
    ASK_CREW = "ask_crew", _("ask the crew")
    ANSWER = "answer", _("answer the complaint")


class OrderOutcome(TextChoices):
    SOLVED = "solved", _("solved")
    REFERRED = "referred", _("referred to somebody else")
    NOT_OURS = "not_ours", _("not the utility's matter")


class ResidualKind(TextChoices):
    NONE = "", _("nothing is left")
    ROAD = "road", _("road to be reinstated")
    HAZARD = "hazard", _("hazard found on site")
    PART = "part", _("a part is still to come")
    OTHER = "other", _("something else")


class AssetKind(TextChoices):
    """What an order may be about."""

    PIPE = "pipe", _("pipe")
    VALVE = "valve", _("valve")
    HYDRANT = "hydrant", _("hydrant")
    SOURCE = "source", _("source")
