"""All channels side by side, each with threads of its own: a slow gateway holds up only itself.

A thread is one sender with its own database connection; claims keep threads, processes and
machines apart, so their number is a matter of speed alone. While one channel is at work the
others are looked at again and again, so that a notice does not wait for another channel's round.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from time import monotonic, sleep

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from outages.delivery.claims import due_by_channel
from outages.delivery.gateways import SENT_CHANNELS
from outages.delivery.health import note_look
from outages.delivery.outbox import BATCH, LEASE_S, ROUND_S, Sender, send_due
from outages.delivery.sole_sender import sole_sender

log = structlog.get_logger(__name__)

LOOK_AGAIN_S = 0.3


class Round:
    """One round over some channels; ends when nothing is left to do, or its time is over."""

    def __init__(self, channels: Iterable[str], *, lease_s: float, round_s: float) -> None:
        self._channels = tuple(channels)
        self._lease_s = lease_s
        self._ends = monotonic() + round_s
        self._lock = threading.Lock()
        self._threads: dict[str, list[threading.Thread]] = {}
        # Channels whose gateway is in trouble: left alone until the next round.
        self._given_up: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        self.failures: list[DatabaseError] = []

    def run(self) -> None:
        """Start senders where something is due, and look again while any is at work."""
        note_look(self._channels)
        while True:
            self._forget_the_done()
            if monotonic() < self._ends and not self.failures:
                self._start_senders()
            if not self._threads:
                return
            sleep(LOOK_AGAIN_S)

    def _start_senders(self) -> None:
        for channel, due in due_by_channel(self._channels).items():
            if channel in self._threads or channel in self._given_up:
                continue
            # One thread for each batch that waits, so that ten messages do not open ten doors.
            number = min(threads_of(channel), -(-due // BATCH))
            self._threads[channel] = [
                threading.Thread(target=self._work, args=(channel,), name=f"{channel}-{each}")
                for each in range(number)
            ]
            for thread in self._threads[channel]:
                thread.start()

    def _forget_the_done(self) -> None:
        for channel, threads in list(self._threads.items()):
            if not any(thread.is_alive() for thread in threads):
                del self._threads[channel]

    def _work(self, channel: str) -> None:
        sender = Sender(lease_s=self._lease_s)
        try:
            done = sender.send_channel(channel, round_s=self._ends - monotonic())
            with self._lock:
                self.outcomes += done
                if sender.gave_up:
                    self._given_up.add(channel)
        except DatabaseError as error:
            # Nothing is lost: the claims' leases run out and somebody takes them over.
            log.warning("sender_lost_database", channel=channel, error=type(error).__name__)
            with self._lock:
                self.failures.append(error)
        except Exception:
            # One channel's defect is not another's: it is logged, and tried again next round.
            log.exception("sender_failed", channel=channel)
            with self._lock:
                self._given_up.add(channel)
        finally:
            connection.close()


def threads_of(channel: str) -> int:
    """How many messages of a channel are under way at once in one process."""
    entry = settings.GATEWAYS.get(channel, {})
    return int(entry.get("at_once", settings.SENDERS_PER_CHANNEL))


def send_side_by_side(
    *,
    channels: Iterable[str] = SENT_CHANNELS,
    lease_s: float = LEASE_S,
    round_s: float = ROUND_S,
) -> Counter[str]:
    """Send what is due on all channels at once; returns how many came to which outcome.

    Without threads (settings.SENDERS_PER_CHANNEL is 0) one after another, in the caller's own.

    Raises DatabaseError when the database went away; what was under way is taken over later.
    """
    if not settings.SENDERS_PER_CHANNEL:
        return send_due(lease_s=lease_s, round_s=round_s)
    this_round = Round(channels, lease_s=lease_s, round_s=round_s)
    this_round.run()
    if this_round.failures:
        raise this_round.failures[0]
    return this_round.outcomes


def send_alone() -> Counter[str] | None:
    """Send on all channels unless another process of this machine is at it; None then."""
    with sole_sender() as may_send:
        return send_side_by_side() if may_send else None
