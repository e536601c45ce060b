"""Group chats and much more through apprise: one message a target, as settings name them.

A target is a name and an apprise address (WeCom, DingTalk, Feishu, Slack, …). Apprise says only
whether it went well: anything else may have arrived, so a person decides.
"""

from datetime import datetime

from outages.delivery.gateway import Habits, Message, OutcomeUnknown, Permanent, Promise, Temporary


class PushGateway:
    """The targets of `GATEWAYS["push"]["targets"]`, by name; the recipient is a name."""

    promise = Promise.NEITHER
    habits = Habits(troubles_in_a_row=20)

    def __init__(self, *, targets: dict[str, str]) -> None:
        self._targets = targets

    def send(self, message: Message) -> str:
        """Hand one message over; apprise gives no number for it."""
        import apprise  # noqa: PLC0415 - a second to import, and one channel's alone

        address = self._targets.get(message.recipient)
        if not address:
            msg = "no such target"
            raise Permanent(msg)
        target = apprise.Apprise()
        if not target.add(address):
            msg = "apprise does not know this address"
            raise Permanent(msg)
        if not target.notify(title=message.subject, body=message.text):
            msg = "apprise says it went wrong"
            raise OutcomeUnknown(msg)
        return ""

    def find(self, message: Message, *, since: datetime) -> str | None:
        """Nobody can be asked; never called for this promise."""
        msg = f"not asked for {message.key} of {since}"
        raise Temporary(msg)
