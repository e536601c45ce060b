"""The desk's shifts: the log, the hand-over, the self-check."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
