"""The outbox: every delivery is a row, and a row is sent by whoever holds its claim.

1. *Claim* due rows by one conditional UPDATE: status, lease and `attempts`, the fencing token.
2. *Check again* just before each send that the claim still holds (same `attempts`, still
   `sending`) and write `send_started_at` with a fresh lease. No row: somebody else has it. Skip.
3. *Send*, then write the outcome under the same token: accepted (with its event), pending with
   back-off, failed, or unknown.
4. A claim whose lease ran out (its process died) is claimed anew. If `send_started_at` is not
   set, nothing went out. If it is, the outcome is unknown and the gateway's promise decides:
   idempotent: the same key again; queryable: ask first; neither: a person decides.

The database's clock alone decides leases and due times. Times are seconds.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple
from uuid import UUID

import structlog
from django.db import connection, transaction

from outages.choices import NoticeChannel
from outages.delivery.gateway import Gateway, Message, OutcomeUnknown, Permanent, Promise, Temporary
from outages.delivery.gateways import NoGateway, gateway_for
from outages.models import Delivery, Event, OutageNotice
from outages.workflow import DeliveryStatus

log = structlog.get_logger(__name__)

# Longer than a gateway's timeout; it is renewed for each message, not for each batch.
LEASE_S = 30.0
BATCH = 20
# One round gives up on a channel after so many troubles in a row, or when its time is over: a
# gateway that is down or slow holds up neither the other channels nor the worker.
TROUBLES_IN_A_ROW = 3
ROUND_S = 60.0
BACK_OFF_S = (5, 15, 60, 300, 900)
# Some four hours of trying; after that it is a failure that people see.
MAX_ATTEMPTS = 20

SENT_CHANNELS = (NoticeChannel.SMS, NoticeChannel.EMAIL)


class Claim(NamedTuple):
    """A row that this process may send; `attempts` is the fencing token."""

    pk: int
    attempts: int
    channel: str
    recipient: str
    language: str
    key: UUID
    notice_id: int
    send_started_at: datetime | None  # set: an earlier attempt may have arrived


def send_due(*, lease_s: float = LEASE_S, round_s: float = ROUND_S) -> Counter[str]:
    """Send what is due on every channel; returns how many came to which outcome."""
    sender = Sender(lease_s=lease_s)
    outcomes: Counter[str] = Counter()
    for channel in SENT_CHANNELS:
        outcomes += sender.send_channel(channel, round_s=round_s)
    return outcomes


def claim_due(channel: str, *, limit: int, lease_s: float) -> list[Claim]:
    """Claim pending rows that are due and rows whose lease ran out. One statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outages_delivery AS d
               SET status = 'sending', attempts = attempts + 1,
                   lease_until = clock_timestamp() + make_interval(secs => %s)
             WHERE id IN (SELECT id FROM outages_delivery
                           WHERE channel = %s
                             AND ((status = 'pending' AND due_at <= clock_timestamp())
                               OR (status = 'sending' AND lease_until < clock_timestamp()))
                           ORDER BY due_at, id LIMIT %s
                             FOR UPDATE SKIP LOCKED)
            RETURNING id, attempts, channel, recipient, language, key, notice_id, send_started_at
            """,
            [lease_s, channel, limit],
        )
        return [Claim(*row) for row in cursor.fetchall()]


class Sender:
    """One process's sending. Keeps the gateways and the notices' words it has used."""

    def __init__(self, *, lease_s: float = LEASE_S) -> None:
        self.lease_s = lease_s
        self._gateways: dict[str, Gateway | None] = {}
        self._notices: dict[int, OutageNotice] = {}

    def send_channel(self, channel: str, *, round_s: float = ROUND_S) -> Counter[str]:
        """Send what is due on one channel; stop when time is up or the gateway is in trouble."""
        outcomes: Counter[str] = Counter()
        ends, troubles = monotonic() + round_s, 0
        while claims := claim_due(channel, limit=BATCH, lease_s=self.lease_s):
            for index, claim in enumerate(claims):
                if monotonic() > ends or troubles >= TROUBLES_IN_A_ROW:
                    self._release(claims[index:])
                    return outcomes
                outcome = self.send_one(claim)
                outcomes[outcome] += 1
                troubles = troubles + 1 if outcome in ("later", DeliveryStatus.UNKNOWN) else 0
        return outcomes

    def send_one(self, claim: Claim) -> str:
        """Send one claimed row and write its outcome; returns the outcome's name."""
        gateway = self._gateway(claim.channel)
        if gateway is None:
            return self.write(claim, DeliveryStatus.FAILED, error="no gateway")
        if claim.send_started_at is not None and (settled := self._settle(claim, gateway)):
            return settled
        if not self.is_still_mine(claim):
            return self._taken_back(claim)
        try:
            reference = gateway.send(self._message(claim))
        except Temporary as error:
            return self._later(claim, str(error))
        except Permanent as error:
            return self.write(claim, DeliveryStatus.FAILED, error=str(error))
        except OutcomeUnknown as error:
            if gateway.promise == Promise.NEITHER:
                return self.write(claim, DeliveryStatus.UNKNOWN, error=str(error))
            return self._later(claim, str(error), maybe_sent=True)
        return self.write(claim, DeliveryStatus.ACCEPTED, reference=reference)

    def is_still_mine(self, claim: Claim) -> bool:
        """The fence: renew the lease and mark the send as begun, if the claim still holds.

        It does not hold any more for a notice that a newer one replaced, or where a newer one of
        the same outage goes to the same address: the newer goes out.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE outages_delivery AS d
                   SET send_started_at = clock_timestamp(),
                       lease_until = clock_timestamp() + make_interval(secs => %s)
                 WHERE id = %s AND attempts = %s AND status = 'sending'
                   AND NOT EXISTS (SELECT 1 FROM outages_outagenotice AS n
                                    WHERE n.id = d.notice_id AND n.status = 'superseded')
                   AND NOT EXISTS (SELECT 1
                                     FROM outages_outagenotice AS n
                                     JOIN outages_outagenotice AS newer
                                       ON newer.outage_id = n.outage_id
                                      AND newer.version > n.version
                                     JOIN outages_delivery AS later
                                       ON later.notice_id = newer.id
                                      AND later.channel = d.channel
                                      AND later.recipient = d.recipient
                                    WHERE n.id = d.notice_id)
                """,
                [self.lease_s, claim.pk, claim.attempts],
            )
            return cursor.rowcount == 1

    def _taken_back(self, claim: Claim) -> str:
        """Take a message back whose notice was replaced; the row of somebody else stays as it is.

        A claim that is still ours was shut out by a newer notice: nothing else does that.
        """
        return self.write(claim, DeliveryStatus.SUPERSEDED)

    def write(
        self, claim: Claim, status: DeliveryStatus, *, reference: str = "", error: str = ""
    ) -> str:
        """Write a final outcome with its event, if the claim is still ours."""
        with transaction.atomic():
            rows = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related(
                "notice"
            )
            row = rows.get(pk=claim.pk)
            if row.attempts != claim.attempts or row.status != DeliveryStatus.SENDING:
                return "fenced_out"
            now = _database_time()
            row.status, row.lease_until, row.last_error = status, None, error[:200]
            if status == DeliveryStatus.ACCEPTED:
                row.accepted_at, row.provider_reference = now, reference
                row.send_started_at = None
            row.save()
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
            )
        if status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
            log.warning("delivery_not_accepted", delivery=claim.pk, status=str(status), error=error)
        return str(status)

    def _settle(self, claim: Claim, gateway: Gateway) -> str:
        """Deal with an earlier attempt whose outcome nobody knows; "" means: send (again)."""
        if gateway.promise == Promise.IDEMPOTENT:
            return ""
        if gateway.promise == Promise.NEITHER:
            return self.write(claim, DeliveryStatus.UNKNOWN, error="sender died midway")
        try:
            reference = gateway.find(claim.key)
        except Temporary as error:
            return self._later(claim, str(error), maybe_sent=True)
        if reference is None:
            return ""
        return self.write(claim, DeliveryStatus.ACCEPTED, reference=reference)

    def _later(self, claim: Claim, error: str, *, maybe_sent: bool = False) -> str:
        """Try again after a while; `maybe_sent` keeps the mark that an attempt may have arrived."""
        if claim.attempts >= MAX_ATTEMPTS:
            status = DeliveryStatus.UNKNOWN if maybe_sent else DeliveryStatus.FAILED
            return self.write(claim, status, error=error)
        step = BACK_OFF_S[min(claim.attempts, len(BACK_OFF_S)) - 1]
        wait_s = step * random.uniform(0.8, 1.2)  # noqa: S311 - spreads the load, guards nothing
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE outages_delivery
                   SET status = 'pending', lease_until = NULL, last_error = %s,
                       due_at = clock_timestamp() + make_interval(secs => %s),
                       send_started_at = CASE WHEN %s THEN send_started_at END
                 WHERE id = %s AND attempts = %s AND status = 'sending'
                """,
                [error[:200], wait_s, maybe_sent, claim.pk, claim.attempts],
            )
        return "later"

    def _release(self, claims: Sequence[Claim]) -> None:
        """Give claims back that nothing was done with; a mark of an earlier attempt stays."""
        with connection.cursor() as cursor:
            for claim in claims:
                cursor.execute(
                    """
                    UPDATE outages_delivery
                       SET status = 'pending', lease_until = NULL, attempts = attempts - 1
                     WHERE id = %s AND attempts = %s AND status = 'sending'
                    """,
                    [claim.pk, claim.attempts],
                )

    def _message(self, claim: Claim) -> Message:
        if claim.notice_id not in self._notices:
            self._notices[claim.notice_id] = OutageNotice.objects.get(pk=claim.notice_id)
        notice = self._notices[claim.notice_id]
        english = claim.language.startswith("en")
        sms = notice.sms_en if english else notice.sms_zh
        text = notice.text_en if english else notice.text_zh
        return Message(
            key=claim.key,
            recipient=claim.recipient,
            subject=notice.title_en if english else notice.title_zh,
            text=sms if claim.channel == NoticeChannel.SMS else text,
        )

    def _gateway(self, channel: str) -> Gateway | None:
        if channel not in self._gateways:
            try:
                self._gateways[channel] = gateway_for(channel)
            except NoGateway:
                self._gateways[channel] = None
        return self._gateways[channel]


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: Sequence[datetime] = cursor.fetchone()
    return found[0]
