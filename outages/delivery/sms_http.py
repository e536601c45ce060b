"""SMS over HTTP: POST {url}/messages, GET {url}/messages/{key}.

The key goes in the Idempotency-Key header and in the body. 2xx is accepted, 4xx (but 408, 425
and 429) is refused for good, anything that surely did not arrive is tried again, and everything
else is unknown: most SMS providers send a repeat again and bill it.
"""

from datetime import datetime

from outages.delivery.gateway import Habits, Message, OutcomeUnknown, Permanent, Promise, Temporary
from outages.delivery.http import Client


class SmsGateway:
    """A provider that takes one message a request."""

    habits = Habits()

    def __init__(self, *, url: str, token: str, promise: Promise, timeout_s: float) -> None:
        self.promise = promise
        self._url = url.rstrip("/")
        self._http = Client(timeout_s=timeout_s)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, message: Message) -> str:
        """Hand one SMS over; returns the provider's reference."""
        key = str(message.key)
        answer = self._http.post(
            f"{self._url}/messages",
            body={"key": key, "to": message.recipient, "text": message.text},
            headers={"Idempotency-Key": key, **self._headers},
        )
        return str(answer.accepted().json().get("reference", ""))[:120]

    def find(self, message: Message, *, since: datetime) -> str | None:
        """Ask whether a key was accepted."""
        try:
            answer = self._http.get(f"{self._url}/messages/{message.key}", headers=self._headers)
            if answer.status == 404:
                return None
            return str(answer.accepted().json().get("reference", ""))[:120]
        except (OutcomeUnknown, Permanent) as error:
            raise Temporary(str(error)) from error
