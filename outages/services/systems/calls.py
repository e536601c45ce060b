"""The telephone system (CTI): each call once it is answered or given up."""

from datetime import datetime

from outages.models import HotlineCall, IntakeClient
from outages.services.desk.hotline import CallFacts, record_call
from outages.services.systems.once import Taken, take_once


def hand_in_call(
    client: IntakeClient, *, facts: CallFacts, key: str, body: bytes, at: datetime
) -> Taken[HotlineCall]:
    """Take a call from the telephone system. Raises IntakeRefused."""
    return take_once(
        client,
        HotlineCall,
        key=key,
        body=body,
        at=at,
        make=lambda: record_call(facts, at=at),
    )
