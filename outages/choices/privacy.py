"""What was shown of a customer, and why."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
