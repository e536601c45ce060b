"""SMS over HTTP: POST {url}/messages, GET {url}/messages/{key}.

The key goes in the Idempotency-Key header and in the body. 2xx is accepted, 4xx (but 408, 425
and 429) is refused for good, anything that surely did not arrive is tried again, and everything
else is unknown: most SMS providers send a repeat again and bill it.
"""

from uuid import UUID

import requests

from outages.delivery.gateway import Message, OutcomeUnknown, Permanent, Promise, Temporary

_TRY_LATER = frozenset({408, 425, 429, 500, 502, 503})


class SmsGateway:
    """A provider that takes one message a request."""

    def __init__(self, *, url: str, token: str, promise: Promise, timeout_s: float) -> None:
        self.promise = promise
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._http = requests.Session()
        self._http.trust_env = False
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def send(self, message: Message) -> str:
        """Hand one SMS over; returns the provider's reference."""
        body = {"key": str(message.key), "to": message.recipient, "text": message.text}
        try:
            answer = self._http.post(
                f"{self._url}/messages",
                json=body,
                headers={"Idempotency-Key": str(message.key)},
                timeout=self._timeout_s,
                allow_redirects=False,
            )
        except requests.exceptions.ConnectTimeout as error:
            msg = "no connection in time"
            raise Temporary(msg) from error
        except requests.exceptions.ConnectionError as error:
            # Refused before anything was sent is certain; a connection lost midway is not.
            if "refused" in str(error).lower() or "NewConnectionError" in str(error):
                msg = "connection refused"
                raise Temporary(msg) from error
            msg = "connection lost"
            raise OutcomeUnknown(msg) from error
        except requests.exceptions.RequestException as error:
            raise OutcomeUnknown(type(error).__name__) from error
        return _read(answer)

    def find(self, key: UUID) -> str | None:
        """Ask whether a key was accepted."""
        try:
            answer = self._http.get(f"{self._url}/messages/{key}", timeout=self._timeout_s)
        except requests.exceptions.RequestException as error:
            raise Temporary(type(error).__name__) from error
        if answer.status_code == 404:
            return None
        if not answer.ok:
            msg = f"status {answer.status_code}"
            raise Temporary(msg)
        return _read(answer)


def _read(answer: requests.Response) -> str:
    status = answer.status_code
    if status in _TRY_LATER:
        msg = f"status {status}"
        raise Temporary(msg)
    if 400 <= status < 500:
        msg = f"status {status}"
        raise Permanent(msg)
    if not answer.ok or answer.is_redirect:
        msg = f"status {status}"
        raise OutcomeUnknown(msg)
    try:
        return str(answer.json().get("reference", ""))[:120]
    except (ValueError, AttributeError) as error:
        msg_0 = "answer is no JSON object"
        raise OutcomeUnknown(msg_0) from error
