"""Claiming rows: one conditional UPDATE each, with the database's clock and a fencing token."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from outages.choices import DeliveryWhy, Provider


class Claim(NamedTuple):
    """A row that this process may send; `attempts` is the fencing token."""

    pk: int
    attempts: int
    channel: str
    recipient: str
    language: str
    key: UUID
    notice_id: int | None
    subject: str  # of a message that is no notice
    text: str
    send_started_at: datetime | None  # set: an earlier attempt may have arrived
    begun_s: float  # seconds since then, by the database's clock
    provider: str = ""  # who has it, or had it last
    may_wait_until: datetime | None = None  # until when quiet hours may hold it


_RETURNED = """
    id, attempts, channel, recipient, language, key, notice_id, subject, text, send_started_at,
    coalesce(extract(epoch FROM clock_timestamp() - send_started_at), 0)::float,
    provider, may_wait_until
"""


def claim_due(channel: str, *, limit: int, lease_s: float) -> list[Claim]:
    """Claim pending rows that are due and rows whose lease ran out. One statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE outages_delivery AS d
               SET status = 'sending', attempts = attempts + 1,
                   lease_until = clock_timestamp() + make_interval(secs => %s)
             WHERE id IN (SELECT id FROM outages_delivery
                           WHERE channel = %s
                             AND ((status = 'pending' AND due_at <= clock_timestamp())
                               OR (status = 'sending' AND lease_until < clock_timestamp()))
                           ORDER BY due_at, id LIMIT %s
                             FOR UPDATE SKIP LOCKED)
            RETURNING {_RETURNED}
            """,  # noqa: S608 - a constant of this module
            [lease_s, channel, limit],
        )
        return [Claim(*row) for row in cursor.fetchall()]


def due_by_channel(channels: Sequence[str]) -> dict[str, int]:
    """How many rows could be claimed now, on each of these channels that has any."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT channel, count(*) FROM outages_delivery
             WHERE channel = ANY(%s)
               AND ((status = 'pending' AND due_at <= clock_timestamp())
                 OR (status = 'sending' AND lease_until < clock_timestamp()))
             GROUP BY channel
            """,
            [[str(channel) for channel in channels]],
        )
        return dict(cursor.fetchall())


def still_mine(claim: Claim, *, lease_s: float, provider: str = Provider.FIRST) -> bool:
    """The fence: renew the lease and mark the send as begun, if the claim still holds.

    It does not hold any more for a notice that a newer one replaced, where a newer one of the same
    outage goes to the same address (the newer goes out), or where the recipient wants none. The
    mark keeps the time of the first attempt with this provider: a gateway that drops repeats does
    so for a while from then on. What another provider surely did not take counts for nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outages_delivery AS d
               SET send_started_at = CASE WHEN provider IN ('', %s)
                                          THEN coalesce(send_started_at, clock_timestamp())
                                          ELSE clock_timestamp() END,
                   provider = %s,
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
               AND NOT (d.heeds_opt_out
                        AND coalesce((SELECT o.is_out FROM outages_optout AS o
                                       WHERE o.channel = d.channel AND o.address = d.recipient
                                       ORDER BY o.id DESC LIMIT 1), false))
            """,
            [provider, provider, lease_s, claim.pk, claim.attempts],
        )
        return cursor.rowcount == 1


def hold(claim: Claim, *, until: datetime) -> bool:
    """Let it wait for the end of quiet hours; nothing was done with it. Whether it was ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outages_delivery
               SET status = 'pending', lease_until = NULL, due_at = %s, why = %s,
                   attempts = attempts - 1
             WHERE id = %s AND attempts = %s AND status = 'sending'
            """,
            [until, DeliveryWhy.QUIET_HOURS, claim.pk, claim.attempts],
        )
        return cursor.rowcount == 1


def rest(claim: Claim, *, error: str, wait_s: float) -> None:
    """Let it wait for a provider to recover; nobody was asked, so it counts as no attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outages_delivery
               SET status = 'pending', lease_until = NULL, last_error = %s, why = '',
                   due_at = clock_timestamp() + make_interval(secs => %s), attempts = attempts - 1
             WHERE id = %s AND attempts = %s AND status = 'sending'
            """,
            [error, wait_s, claim.pk, claim.attempts],
        )


def put_off(
    claim: Claim, *, error: str, wait_s: float, maybe_sent: bool, is_free: bool = False
) -> None:
    """Let it be due again after a while; `maybe_sent` keeps the mark that it may have arrived.

    `is_free`: every provider that was asked has refused it, so the next may be any.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE outages_delivery
               SET status = 'pending', lease_until = NULL, last_error = %s, why = '',
                   due_at = clock_timestamp() + make_interval(secs => %s),
                   send_started_at = CASE WHEN %s THEN send_started_at END,
                   provider = CASE WHEN %s THEN '' ELSE provider END
             WHERE id = %s AND attempts = %s AND status = 'sending'
            """,
            [error[:200], wait_s, maybe_sent, is_free, claim.pk, claim.attempts],
        )


def release(claims: Sequence[Claim]) -> None:
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


def database_time() -> datetime:
    """The database's clock: it alone decides what is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: Sequence[datetime] = cursor.fetchone()
    return found[0]
