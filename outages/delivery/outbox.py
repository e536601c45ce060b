"""The outbox: every delivery is a row, and a row is sent by whoever holds its claim.

1. *Claim* due rows by one conditional UPDATE: status, lease and `attempts`, the fencing token.
2. *Check again* just before each send that the claim still holds (same `attempts`, still
   `sending`) and write `send_started_at` with a fresh lease. No row: somebody else has it. Skip.
3. *Send*, then write the outcome under the same token: accepted (with its event), pending with
   back-off, failed, or unknown.
4. A claim whose lease ran out (its process died) is claimed anew. If `send_started_at` is not
   set, nothing went out. If it is, the outcome is unknown and the gateway's promise decides:
   idempotent: the same key again, within the gateway's window; queryable: ask first; receipts:
   ask, and never send again; neither: a person decides.

What may wait is put off at step 2 while quiet hours last, and what its recipient does not want is
taken back. Of two providers the second is asked only for what the first surely has not taken
(see providers).

The database's clock alone decides leases and due times. Times are seconds.
"""

import random
from collections import Counter
from collections.abc import Iterable
from time import monotonic

import structlog
from django.db import DatabaseError, transaction

from outages.choices import DeliveryWhy, NoticeChannel, Provider
from outages.delivery import claims, inbox
from outages.delivery.claims import Claim, claim_due
from outages.delivery.composing import message_for
from outages.delivery.gateway import Gateway, OutcomeUnknown, Permanent, Promise, Temporary
from outages.delivery.gateways import SENT_CHANNELS, NoGateway
from outages.delivery.health import is_switched_on, note_round
from outages.delivery.holding import Holding
from outages.delivery.kill_points import reached
from outages.delivery.providers import Way, Ways
from outages.models import Delivery, Event, OutageNotice
from outages.selectors.publishing.opt_outs import wants_none
from outages.selectors.publishing.troubles import ALL_REST
from outages.workflow import DeliveryStatus

__all__ = ["Claim", "Sender", "claim_due", "send_due"]

log = structlog.get_logger(__name__)

# Longer than a gateway's timeout; it is renewed for each message, not for each batch.
LEASE_S = 30.0
BATCH = 20
# One round is over after this time: a slow gateway does not hold its process for ever.
ROUND_S = 60.0
# Where every provider's circuit is open, a message is looked at again after this.
REST_S = 15.0


def send_due(*, lease_s: float = LEASE_S, round_s: float = ROUND_S) -> Counter[str]:
    """Send what is due, channel after channel; returns how many came to which outcome.

    `shards.send_side_by_side` does it for all channels at once.
    """
    sender = Sender(lease_s=lease_s)
    outcomes: Counter[str] = Counter()
    for channel in SENT_CHANNELS:
        outcomes += sender.send_channel(channel, round_s=round_s)
    return outcomes


class Sender:
    """One process's sending. Keeps the gateways and the notices' words it has used."""

    def __init__(self, *, lease_s: float = LEASE_S) -> None:
        self.lease_s = lease_s
        self.gave_up = False  # a gateway was in trouble, or the time was over
        self._ways: dict[str, Ways | None] = {}
        self._holding = Holding()
        self._notices: dict[int, OutageNotice] = {}

    def send_channel(self, channel: str, *, round_s: float = ROUND_S) -> Counter[str]:
        """Send what is due on one channel; stop when time is up or the gateway is in trouble."""
        if not is_switched_on(channel):
            return Counter()
        outcomes = self._send_channel(channel, ends=monotonic() + round_s)
        note_round(channel, outcomes)
        return outcomes

    def _send_channel(self, channel: str, *, ends: float) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        troubles = 0
        while claimed := claim_due(channel, limit=BATCH, lease_s=self.lease_s):
            reached("after_claim")
            ways = self._ways_of(channel)
            patience = ways.first.gateway.habits.troubles_in_a_row if ways else 1
            for index, claim in enumerate(claimed):
                if monotonic() > ends or (troubles >= patience and ways):
                    claims.release(claimed[index:])
                    self.gave_up = True
                    return outcomes
                outcome = self._send_or_leave(claim)
                outcomes[outcome] += 1
                troubles = troubles + 1 if outcome in ("later", DeliveryStatus.UNKNOWN) else 0
        return outcomes

    def _send_or_leave(self, claim: Claim) -> str:
        """Send one row; one that nobody foresaw is left to a person, and holds up none behind it.

        Claimed again and again it would be the first of every batch.
        """
        try:
            return self.send_one(claim)
        except DatabaseError:  # nothing is known of the row: its lease runs out
            raise
        except Exception as error:  # its text may hold an address
            name = type(error).__name__
            log.error("delivery_defect", delivery=claim.pk, channel=claim.channel, error=name)
            return self.write(claim, DeliveryStatus.UNKNOWN, error=name)

    def send_one(self, claim: Claim) -> str:
        """Send one claimed row and write its outcome; returns the outcome's name."""
        ways = self._ways_of(claim.channel)
        if ways is None:
            return self._never(claim, "no gateway")
        to_ask: Iterable[Way] = ways
        if _is_bound(claim):
            begun_with = ways.of(claim.provider)
            if begun_with is None:
                return self.write(claim, DeliveryStatus.UNKNOWN, error="its provider is gone")
            to_ask = [begun_with]
            if claim.send_started_at is not None:
                if settled := self._settle(claim, begun_with.gateway):
                    return settled
                return self._send(claim, to_ask)
        return "held" if self._holding.put_off(claim) else self._send(claim, to_ask)

    def _send(self, claim: Claim, ways: Iterable[Way]) -> str:
        """Ask one provider after the other, until one has it or may have it."""
        refused: tuple[Way, Temporary | Permanent] | None = None
        for way in ways:
            if not _is_bound(claim) and not way.may_be_asked():
                continue
            answer = self._ask(claim, way)
            if isinstance(answer, str):
                return answer
            # One that may take it later counts for more than one that never will.
            if refused is None or isinstance(answer, Temporary):
                refused = way, answer
        if refused is None:
            claims.rest(claim, error=ALL_REST, wait_s=REST_S)
            return "later"
        way, error = refused
        if isinstance(error, Permanent):
            return self._never(claim, str(error), way.gateway)
        # All have refused it: whoever is ready first may have it.
        return self._later(
            claim,
            way.gateway,
            str(error),
            retry_after_s=error.retry_after_s,
            is_free=not _is_bound(claim),
        )

    def _ask(self, claim: Claim, way: Way) -> str | Temporary | Permanent:
        """Hand it to one provider; returns the outcome, or the refusal that leaves it to others."""
        if not self.is_still_mine(claim, provider=way.provider):
            return self._taken_back(claim)
        reached("after_fence")
        try:
            reference = way.gateway.send(message_for(claim, self._notice(claim)))
            reached("after_send")
        except Temporary as error:
            way.was_in_trouble(str(error))
            if error.is_refusal:
                return error
            return self._later(claim, way.gateway, str(error), retry_after_s=error.retry_after_s)
        except Permanent as error:
            return error
        except OutcomeUnknown as error:
            way.was_in_trouble(str(error))
            if way.gateway.promise == Promise.NEITHER:
                return self.write(claim, DeliveryStatus.UNKNOWN, error=str(error))
            return self._later(claim, way.gateway, str(error), maybe_sent=True)
        outcome = self.write(claim, DeliveryStatus.ACCEPTED, reference=reference)
        way.worked()
        return outcome

    def is_still_mine(self, claim: Claim, *, provider: str = Provider.FIRST) -> bool:
        """The fence; see claims.still_mine. The tests' negative control takes it away."""
        return claims.still_mine(claim, lease_s=self.lease_s, provider=provider)

    def _taken_back(self, claim: Claim) -> str:
        """Take a message back whose notice was replaced, or whose recipient wants none.

        A claim that is still ours was shut out by one of these two: nothing else does that. The
        row of somebody else stays as it is.
        """
        is_out = wants_none(claim.channel, claim.recipient)
        why = DeliveryWhy.OPTED_OUT if is_out else DeliveryWhy.NEWER_NOTICE
        return self.write(claim, DeliveryStatus.SUPERSEDED, why=why)

    def write(
        self,
        claim: Claim,
        status: DeliveryStatus,
        *,
        reference: str = "",
        error: str = "",
        why: str = "",
    ) -> str:
        """Write a final outcome with its event, if the claim is still ours."""
        with transaction.atomic():
            rows = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related(
                "notice"
            )
            row = rows.get(pk=claim.pk)
            if row.attempts != claim.attempts or row.status != DeliveryStatus.SENDING:
                return "fenced_out"
            now = claims.database_time()
            row.status, row.lease_until, row.last_error = status, None, error[:200]
            row.why = why
            if status == DeliveryStatus.ACCEPTED:
                row.accepted_at, row.provider_reference = now, reference
                row.send_started_at = None
            row.save()
            if status == DeliveryStatus.ACCEPTED and row.channel == NoticeChannel.WECHAT:
                # Its receipt names WeChat's number, and may have been quicker than the answer.
                inbox.catch_up(row, at=now)
            Event.objects.append(
                row,
                f"delivery_{status}",
                by=None,
                at=now,
                old=DeliveryStatus.SENDING,
                new=status,
                reason=error,
                channel=row.channel,
                attempts=row.attempts,
                why=why,
                provider=row.provider,
            )
            reached("before_mark")
        reached("after_commit")
        if status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
            log.warning("delivery_not_accepted", delivery=claim.pk, status=str(status), error=error)
        return str(status)

    def _settle(self, claim: Claim, gateway: Gateway) -> str:
        """Deal with an earlier attempt whose outcome nobody knows; "" means: send (again)."""
        heard = Delivery.objects.filter(pk=claim.pk, receipt_at__isnull=False)
        if (reference := heard.values_list("provider_reference", flat=True).first()) is not None:
            return self.write(claim, DeliveryStatus.ACCEPTED, reference=reference)
        if gateway.promise == Promise.NEITHER:
            return self.write(claim, DeliveryStatus.UNKNOWN, error="sender died midway")
        window_s = gateway.habits.window_s
        is_over = window_s is not None and claim.begun_s > window_s
        if gateway.promise == Promise.IDEMPOTENT:
            if is_over:
                return self.write(claim, DeliveryStatus.UNKNOWN, error="too late to repeat safely")
            return ""
        assert claim.send_started_at is not None
        try:
            message = message_for(claim, self._notice(claim))
            reference = gateway.find(message, since=claim.send_started_at)
        except Temporary as error:
            if gateway.promise == Promise.RECEIPTS and is_over:
                return self.write(claim, DeliveryStatus.UNKNOWN, error=str(error))
            return self._later(claim, gateway, str(error), maybe_sent=True)
        if reference is not None:
            return self.write(claim, DeliveryStatus.ACCEPTED, reference=reference)
        if gateway.promise == Promise.QUERYABLE:
            return ""
        if is_over:
            return self.write(claim, DeliveryStatus.UNKNOWN, error="no receipt came")
        return self._later(claim, gateway, "no receipt yet", maybe_sent=True)

    def _later(
        self,
        claim: Claim,
        gateway: Gateway,
        error: str,
        *,
        maybe_sent: bool = False,
        retry_after_s: float = 0,
        is_free: bool = False,
    ) -> str:
        """Try again after a while; `maybe_sent` keeps the mark that an attempt may have arrived.

        `is_free`: no provider has ever had it, so any may be asked.
        """
        habits = gateway.habits
        if claim.attempts >= habits.max_attempts:
            is_open = (maybe_sent or claim.send_started_at is not None) and habits.asks_people
            status = DeliveryStatus.UNKNOWN if is_open else DeliveryStatus.FAILED
            return self.write(claim, status, error=error)
        # What an earlier attempt left open stays open, whatever becomes of this one.
        maybe_sent = maybe_sent or claim.send_started_at is not None
        step = habits.back_off_s[min(claim.attempts, len(habits.back_off_s)) - 1]
        # Spread, so that a gateway that is back is not met by everything at once.
        wait_s = max(step * random.uniform(0.9, 1.1), retry_after_s)  # noqa: S311 - no secret
        claims.put_off(claim, error=error, wait_s=wait_s, maybe_sent=maybe_sent, is_free=is_free)
        return "later"

    def _never(self, claim: Claim, error: str, gateway: Gateway | None = None) -> str:
        """It will not be taken any more; what an earlier attempt left open, a person decides."""
        may_have_arrived = claim.send_started_at is not None
        asks_people = gateway is None or gateway.habits.asks_people
        is_open = may_have_arrived and asks_people
        status = DeliveryStatus.UNKNOWN if is_open else DeliveryStatus.FAILED
        return self.write(claim, status, error=error)

    def _notice(self, claim: Claim) -> OutageNotice | None:
        if claim.notice_id is None:
            return None
        if claim.notice_id not in self._notices:
            self._notices[claim.notice_id] = OutageNotice.objects.select_related("outage").get(
                pk=claim.notice_id
            )
        return self._notices[claim.notice_id]

    def _ways_of(self, channel: str) -> Ways | None:
        if channel not in self._ways:
            try:
                self._ways[channel] = Ways(channel)
            except NoGateway:
                self._ways[channel] = None
        return self._ways[channel]


def _is_bound(claim: Claim) -> bool:
    """Whether one provider alone may be asked: not all that it said of it was a clear refusal."""
    return bool(claim.provider) or claim.send_started_at is not None
