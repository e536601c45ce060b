"""A program that takes webhooks: it checks each with the standard's own library."""

from __future__ import annotations

import json
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from outages.delivery.simulator import Faults, Reply, Request, Simulator


class SubscriberSimulator(Simulator):
    """Drops repeats by `webhook-id` as the standard tells receivers to; `answers` overrides."""

    def __init__(self, *, journal: Path, secret: str, faults: Faults | None = None) -> None:
        super().__init__(journal=journal, faults=faults)
        self.secret = secret
        self.answers: int | None = None
        self.seen: set[str] = set()
        self.raw: list[Request] = []

    def take(self, request: Request) -> Reply:
        self.raw.append(request)
        if self.answers is not None:
            return Reply(self.answers, {}, headers={"Location": "http://127.0.0.1:1/"})
        try:
            Webhook(self.secret).verify(request.body, dict(request.headers))
        except WebhookVerificationError:
            return Reply(400, {"error": "signature"})
        # Several subscribers may share this server; each drops its own repeats.
        key = request.headers["webhook-id"]
        with self.lock:
            if key not in self.seen:
                self.seen.add(key)
                self.write_down(key=key, type=json.loads(request.body)["type"])
        return Reply(200, {}, accepted=True)
