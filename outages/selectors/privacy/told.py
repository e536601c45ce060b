"""What one customer was told, on every way: messages, calls, and what they wrote back."""

from dataclasses import dataclass

from django.db.models import Q

from network.models import Customer
from outages.choices import PERSONAL_CHANNELS, CallResult, InboundKind, NoticeChannel
from outages.models import Delivery, InboundMessage, OptOut, OutageTask
from outages.policy.addresses import mobile_number
from outages.selectors.publishing.opt_outs import last_words

# Of each kind; a housing estate could be told thousands of times.
MOST = 200


@dataclass(frozen=True)
class Wish:
    """Whether messages are wanted at a customer's address on one channel; `last` said so."""

    channel: NoticeChannel
    address: str
    last: OptOut | None

    @property
    def is_out(self) -> bool:
        """Whether none are wanted."""
        return self.last is not None and self.last.is_out


@dataclass(frozen=True)
class Told:
    """Everything that was said to one customer, and back; each list newest first."""

    messages: tuple[Delivery, ...]
    replies: tuple[InboundMessage, ...]
    calls: tuple[OutageTask, ...]
    wishes: tuple[Wish, ...]


def addresses_of(customer: Customer) -> dict[str, str]:
    """Return channel -> where a customer is reached; channels without an address are left out."""
    found = {
        str(NoticeChannel.SMS): mobile_number(customer.phone),
        str(NoticeChannel.EMAIL): customer.email.lower(),
    }
    return {channel: found[channel] for channel in sorted(PERSONAL_CHANNELS) if found[channel]}


def told(customer: Customer) -> Told:
    """Return what a customer was told. By their address too: one that several share is told once.

    Six queries.
    """
    addresses = addresses_of(customer)
    theirs = Q(customer=customer.asset_id)
    for channel, address in addresses.items():
        theirs |= Q(channel=channel, recipient=address)
    messages = Delivery.objects.filter(theirs).select_related("notice__outage")
    asked = messages.prefetch_related("callbacks__order")
    return Told(
        messages=tuple(asked.order_by("-due_at", "-pk")[:MOST]),
        replies=_replies(addresses),
        calls=_calls(customer),
        wishes=tuple(
            Wish(NoticeChannel(channel), address, last_words(channel, [address]).get(address))
            for channel, address in addresses.items()
        ),
    )


def _replies(addresses: dict[str, str]) -> tuple[InboundMessage, ...]:
    number = addresses.get(NoticeChannel.SMS)
    if not number:
        return ()
    rows = InboundMessage.objects.filter(
        kind=InboundKind.REPLY,
        channel=NoticeChannel.SMS,
        # Providers write a number with its country code, or without.
        sender__in=[number, number.removeprefix("+"), number.removeprefix("+86")],
    )
    return tuple(rows.order_by("-at", "-pk")[:MOST])


def _calls(customer: Customer) -> tuple[OutageTask, ...]:
    """Calls about outages that were made to the customer; those in vain too."""
    rows = OutageTask.objects.filter(
        target=f"customer:{customer.asset_id}", call_result__in=CallResult.values
    )
    return tuple(rows.select_related("outage").order_by("-done_at", "-pk")[:MOST])
