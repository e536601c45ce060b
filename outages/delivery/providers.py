"""A channel's ways out: the first provider, and one that stands by and takes over, never both.

RULE 1  Where the first surely has not taken it (no connection, or it says that it refuses), the
        second is asked at once.
RULE 2  After anything else that a provider did (no answer, an error of its own, a sender that died
        meanwhile) the message is bound to it: nobody else is asked, whatever comes after.
RULE 3  After `TROUBLES` in a row a provider's circuit opens: it is left alone for `REST`, and what
        is new goes to the other. Then one message tries it; if it works, the circuit closes.
RULE 4  With one provider there is no circuit: its messages wait for it.
RULE 5  Whoever leads the shift and whoever looks after the channels are told once that a circuit
        opened, and once that it closed.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from outages.choices import Provider
from outages.delivery.gateway import Gateway
from outages.delivery.gateways import providers_of
from outages.models import Alert, Event, ProviderState
from outages.models.rules.alerts import Audience

TROUBLES: Final = 5
REST: Final = timedelta(seconds=60)
# How often that it works is written down.
_SELDOM: Final = timedelta(seconds=5)
# Whom RULE 5 means, by the names of their groups, and the codes of what they are told.
_TOLD: Final = ("shift_leader", "admin")
_OPENED: Final = "provider_left_alone"
_NO_WAY_OUT: Final = "no_provider_works"
_CLOSED: Final = "provider_works_again"


class Way:
    """One provider of a channel, with its circuit where another stands beside it."""

    def __init__(
        self, channel: str, provider: Provider, gateway: Gateway, *, has_circuit: bool
    ) -> None:
        self.provider = provider
        self.gateway = gateway
        self._channel = channel
        self._has_circuit = has_circuit

    def may_be_asked(self) -> bool:
        """Whether something new may go this way now; one caller in a while tries an open one."""
        if not self._has_circuit:
            return True
        now = timezone.now()
        state = self._states().first()
        if state is None or state.open_until is None:
            return True
        # One UPDATE, so that of all senders one tries it.
        trials = self._states().filter(open_until__lte=now)
        return trials.update(open_until=now + REST) == 1

    def worked(self) -> None:
        """Note that it took a message, and close its circuit."""
        if not self._has_circuit:
            return
        now = timezone.now()
        news = Q(troubles__gt=0) | Q(worked_at__isnull=True) | Q(worked_at__lt=now - _SELDOM)
        with transaction.atomic():
            state = self._locked(news)
            if state is None:
                return
            was_open = state.open_until is not None
            state.troubles, state.open_until, state.worked_at = 0, None, now
            state.save(update_fields=["troubles", "open_until", "worked_at"])
            if was_open:
                self._tell(state, "closed")

    def was_in_trouble(self, error: str) -> None:
        """Note that it refused or did not answer; after so many in a row its circuit opens."""
        if not self._has_circuit:
            return
        now = timezone.now()
        with transaction.atomic():
            state = self._locked(Q())
            assert state is not None, "without a condition there is always one"
            state.troubles = F("troubles") + 1
            state.troubled_at, state.last_error = now, error[:200]
            state.save(update_fields=["troubles", "troubled_at", "last_error"])
            state.refresh_from_db()
            if state.troubles < TROUBLES:
                return
            was_open = state.open_until is not None
            state.open_until = now + REST
            state.save(update_fields=["open_until"])
            if not was_open:
                self._tell(state, "open", error=error[:200])

    def _states(self) -> QuerySet[ProviderState]:
        return ProviderState.objects.filter(channel=self._channel, provider=self.provider)

    def _locked(self, condition: Q) -> ProviderState | None:
        ProviderState.objects.get_or_create(channel=self._channel, provider=self.provider)
        return self._states().select_for_update(no_key=True).filter(condition).first()

    def _tell(self, state: ProviderState, new: str, *, error: str = "") -> None:
        """Append the event, and the alerts in place of the circuit's last ones (RULE 5)."""
        now = timezone.now()
        Event.objects.append(
            state,
            f"circuit_{new}",
            by=None,
            at=now,
            old="closed" if new == "open" else "open",
            new=new,
            reason=error,
            channel=str(self._channel),
            provider=str(self.provider),
        )
        for code in (_OPENED, _CLOSED):
            Alert.objects.settle(state, code, at=now)
        # It may stand at the other one, and is true no longer.
        for each in ProviderState.objects.filter(channel=self._channel):
            Alert.objects.settle(each, _NO_WAY_OUT, at=now)
        for role in _TOLD:
            Alert.objects.tell(
                Audience(Alert.To.ROLE, role),
                self._alert(new),
                subject=state,
                at=now,
                channel=str(self._channel),
                provider=str(self.provider),
            )

    def _alert(self, new: str) -> str:
        if new == "closed":
            return _CLOSED
        others = ProviderState.objects.filter(channel=self._channel, open_until__isnull=False)
        return _NO_WAY_OUT if others.exclude(provider=self.provider).exists() else _OPENED


class Ways:
    """All ways of one channel, in the order in which they are asked. Raises NoGateway."""

    def __init__(self, channel: str) -> None:
        found = providers_of(channel)
        several = len(found) > 1
        self._ways = [Way(channel, *each, has_circuit=several) for each in found]

    @property
    def first(self) -> Way:
        """The provider that a channel goes through."""
        return self._ways[0]

    def of(self, provider: str) -> Way | None:
        """Return the way that a message was begun with, None where it is not set up any more."""
        return next((w for w in self._ways if w.provider == (provider or Provider.FIRST)), None)

    def __iter__(self) -> Iterator[Way]:
        return iter(self._ways)
