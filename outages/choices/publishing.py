"""What people are told, on which ways, and what they answer."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
