"""Who wants no messages: what people write back, and the one way to write it down.

The last word of an address counts; nothing is changed, so it can be told what held when. The
sender asks it once more right before each message (claims.still_mine).
"""

import re
from datetime import datetime
from typing import Final

from outages.models import Event, InboundMessage, OptOut
from outages.models.events import Actor

# What the carriers teach people to write, in any case and width of letters.
_OUT: Final = re.compile(
    r"\s*(t|td|ＴＤ|ｔｄ|退订|取消订阅|不要再发|stop|unsubscribe)\s*[。.!！]?\s*", re.IGNORECASE
)
_IN: Final = re.compile(r"\s*(dy|订阅|恢复订阅|start|subscribe)\s*[。.!！]?\s*", re.IGNORECASE)


def wish_of(text: str) -> bool | None:
    """Whether a reply wants no more messages (True) or wants them again (False); None: neither."""
    if _OUT.fullmatch(text):
        return True
    return False if _IN.fullmatch(text) else None


def write_down(
    *,
    channel: str,
    address: str,
    is_out: bool,
    reason: str,
    by: Actor,
    at: datetime,
    customer: str = "",
    heard: InboundMessage | None = None,
) -> OptOut:
    """Append one word of an address, with its event, in the caller's transaction."""
    row = OptOut.objects.create(
        channel=channel,
        address=address,
        is_out=is_out,
        reason=reason[:200],
        by=by,
        at=at,
        customer=customer,
        heard=heard,
    )
    Event.objects.append(
        row,
        "opted_out" if is_out else "opted_in",
        by=by,
        at=at,
        new="out" if is_out else "in",
        channel=str(channel),
        customer=customer,
        inbound=heard.pk if heard else None,
    )
    return row
