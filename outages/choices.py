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
# Kinds that are recorded and handed to the business system, nothing else.
FORWARDED_KINDS = frozenset({ReportKind.CHARGES, ReportKind.METERING})
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
    WRONG_NUMBER = "wrong_number", _("wrong number")
    OFF_TOPIC = "off_topic", _("not about water supply")
    SILENT = "silent", _("nobody spoke")


class SpokenLanguage(TextChoices):
    MANDARIN = "cmn", _("Mandarin")
    CANTONESE = "yue", _("Cantonese")
    ENGLISH = "en", _("English")
    OTHER = "other", _("other language")


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
    WECHAT = "wechat", _("WeChat account")
    WEBHOOK = "webhook", _("other programs")
    PUSH = "push", _("group chats")
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


class SupplyPointKind(TextChoices):
    STANDPIPE = "standpipe", _("standpipe")
    TANKER = "tanker", _("water tanker")


class SupplyPointStatus(TextChoices):
    PROPOSED = "proposed", _("proposed")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("taken back")


# What goes to one person or firm each: who hears of an outage on them hears how it goes on.
PERSONAL_CHANNELS = frozenset({NoticeChannel.SMS, NoticeChannel.EMAIL})


class Purpose(TextChoices):
    """What a message is that is no notice."""

    NOTICE = "notice", _("notice")
    TEST = "test", _("test message")
    ORDER = "order", _("work order")
    CALL_BACK = "call_back", _("call-back")


class DeliveryWhy(TextChoices):
    """Why a message waits, or was taken back."""

    QUIET_HOURS = "quiet_hours", _("quiet hours")
    NEWER_NOTICE = "newer_notice", _("newer notice")
    OPTED_OUT = "opted_out", _("wants no messages")
    ASKED_OTHERWISE = "otherwise", _("asked in another way")


class Provider(TextChoices):
    """Which of a channel's two providers: the one that it goes through, and the one standing by."""

    FIRST = "first", _("first provider")
    SECOND = "second", _("second provider")


class InboundKind(TextChoices):
    RECEIPT = "receipt", _("receipt")
    REPLY = "reply", _("reply")


class SpellBasis(TextChoices):
    """What says that a customer had no water."""

    VALVES = "valves", _("signed valve steps, or a stopped source")
    REPORTED = "reported", _("report of no water")
    RECORDED = "recorded", _("recorded outside any outage")


class LogKind(TextChoices):
    """What an entry of the duty log is about."""

    NOTE = "note", _("note")
    IMPORTANT = "important", _("important, report upward")
    FAULT = "fault", _("fault of the telephone system")
    DISCREPANCY = "discrepancy", _("discrepancy at the hand-over")


class HandoverKind(TextChoices):
    """What one shift hands to the next; in this order: what must be looked at first."""

    OUTAGE = "outage", _("outage running")
    NOTICE = "notice", _("outage not published")
    CALL = "call", _("call owed")
    CALL_BACK = "call_back", _("call-back owed")
    ORDER = "order", _("order open")


class SelfCheckResult(TextChoices):
    OK = "ok", _("works")
    FAULT = "fault", _("does not work")
    CALL = "call", _("a call came in")


class DisclosedThing(TextChoices):
    """What was shown to somebody although it is masked otherwise."""

    NUMBER = "number", _("telephone number")
    FILE = "file", _("customer's file")
    LIST = "list", _("list taken away")


class DisclosureReason(TextChoices):
    """Why somebody looked. OTHER says it in words."""

    CALL_BACK = "call_back", _("call back")
    OUTAGE_NOTICE = "outage_notice", _("tell of an outage")
    ON_SITE = "on_site", _("find the place")
    IDENTITY = "identity", _("caller's identity checked")
    INSPECTION = "inspection", _("inspection")
    UNASKED = "unasked", _("not asked")  # a file taken away with the page that it belongs to
    OTHER = "other", _("another reason")


class MonthlySection(TextChoices):
    """The three parts of the monthly report that people comment on (RPT-01)."""

    COMPLAINTS = "complaints", _("Complaints handled")
    CALL_BACKS = "call_backs", _("Call-backs")
    ANALYSIS = "analysis", _("Analysis")


class ActionResult(TextChoices):
    """How an action of the monthly report ended."""

    DONE = "done", _("done")
    DROPPED = "dropped", _("given up")
