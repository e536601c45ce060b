"""What people tell us, how, and what becomes of it at the desk."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReportKind(TextChoices):
    BURST = "burst", _("burst pipe")
    LEAK = "leak", _("leak")
    NO_WATER = "no_water", _("no water")
    LOW_PRESSURE = "low_pressure", _("low pressure")
    WATER_QUALITY = "water_quality", _("water quality")
    OTHER = "other", _("other fault")
    CHARGES = "charges", _("charges")
    METERING = "metering", _("metering")
    WORKMANSHIP = "workmanship", _("workmanship")
    CONDUCT = "conduct", _("service conduct")
    CONSULTATION = "consultation", _("consultation")
    SUGGESTION = "suggestion", _("suggestion")
    PRAISE = "praise", _("praise")


# Kinds that happen at a place of the network: only these can become an outage, and only these
# are taken from the public's map. The others are routed to a department.
NETWORK_KINDS = frozenset(
    {
        ReportKind.BURST,
        ReportKind.LEAK,
        ReportKind.NO_WATER,
        ReportKind.LOW_PRESSURE,
        ReportKind.WATER_QUALITY,
        ReportKind.OTHER,
    }
)

NETWORK_KIND_CHOICES = [(kind.value, kind.label) for kind in ReportKind if kind in NETWORK_KINDS]

# Kinds that may be answered on the spot instead of ordered.
ANSWERABLE_KINDS = frozenset({ReportKind.CONSULTATION, ReportKind.SUGGESTION, ReportKind.PRAISE})

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
    SMS = "sms", _("SMS")
    EMAIL = "email", _("e-mail")
    ONLINE = "online", _("online platform")
    WALK_IN = "walk_in", _("walk-in")
    LETTER = "letter", _("letter")
    MAYOR_HOTLINE = "mayor_hotline", _("mayor's hotline")
    MEDIA = "media", _("news media")
    SUPERIOR = "superior", _("superior authority")
    OTHER = "other", _("other")


# Channels on which somebody waits on the line: five minutes to tell the department rule them,
# the two hours to classify a complaint rule the rest.
PHONE_CHANNELS = frozenset({Channel.PHONE, Channel.MAP, Channel.CREW, Channel.MAYOR_HOTLINE})


class Urgency(TextChoices):
    NORMAL = "normal", _("ordinary")
    IMPORTANT = "important", _("important")
    URGENT = "urgent", _("urgent")


class Triage(TextChoices):
    """Whose fault it is, found out on the telephone: the meter is the boundary."""

    CUSTOMER_SIDE = "customer_side", _("the customer's own pipes: guided on the telephone")
    UTILITY_SIDE = "utility_side", _("ours")
    UNKNOWN = "unknown", _("cannot be told from here")


class Disposition(TextChoices):
    """Why a call makes no order."""

    NUISANCE = "nuisance", _("nuisance")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("caller", "wrong number")
    OFF_TOPIC = "off_topic", _("not about water supply")
    SILENT = "silent", _("nobody spoke")


class SpokenLanguage(TextChoices):
    MANDARIN = "cmn", _("Mandarin")
    CANTONESE = "yue", _("Cantonese")
    ENGLISH = "en", _("English")
    OTHER = "other", _("other language")


class CallOutcome(TextChoices):
    """How a call ended that made no report."""

    ANSWERED = "answered", _("answered")
    INVALID = "invalid", _("invalid call")
