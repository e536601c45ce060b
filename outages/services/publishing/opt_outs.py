"""Who wants no messages, noted by an agent: for one customer, on one channel, with a reason.

It is the address that is noted, as where somebody writes back themselves: a number that several
accounts share is spared for all of them, and a new number starts afresh.
"""

from datetime import datetime

from django.db import transaction

from network.models import Customer
from outages.choices import PERSONAL_CHANNELS, NoticeChannel
from outages.delivery.opt_outs import write_down
from outages.models import OptOut
from outages.models.events import Actor
from outages.policy.addresses import mobile_number
from outages.selectors.publishing.opt_outs import wants_none
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused


class OptOutRefused(Refused):
    """There is no address to note it for, or it is noted already."""

    codes = ("opt_out_no_address", "opt_out_as_it_is")


def address_of(customer: Customer, channel: NoticeChannel | str) -> str:
    """Return where a customer is reached on a channel, "" for nowhere."""
    if channel == NoticeChannel.SMS:
        return mobile_number(customer.phone)
    return customer.email.lower() if channel == NoticeChannel.EMAIL else ""


def note_wish(
    customer: Customer,
    *,
    channel: NoticeChannel | str,
    is_out: bool,
    reason: str,
    by: Actor,
    at: datetime,
) -> OptOut:
    """Note that a customer wants no messages on a channel, or wants them again.

    Raises OptOutRefused, ReasonMissing.
    """
    why = required_reason(reason)
    address = address_of(customer, channel)
    if channel not in PERSONAL_CHANNELS or not address:
        raise OptOutRefused(code="opt_out_no_address")
    with transaction.atomic():
        if wants_none(str(channel), address) == is_out:
            raise OptOutRefused(code="opt_out_as_it_is")
        return write_down(
            channel=str(channel),
            address=address,
            is_out=is_out,
            reason=why,
            by=by,
            at=at,
            customer=customer.asset_id,
        )
