"""A WeChat official account: one token at a time, quotas, and a memory for keys that ends."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from outages.delivery.simulator import Faults, Reply, Request, Simulator

TEMPLATE_MEMORY_S = 10 * 60
MASS_MEMORY_S = 24 * 60 * 60


class WeChatSimulator(Simulator):
    """`clock` is the account's own, so that a test can let its memory end."""

    def __init__(
        self,
        *,
        journal: Path,
        faults: Faults | None = None,
        clock: Callable[[], float] = time.time,
        quota: int = 1_000_000,
    ) -> None:
        super().__init__(journal=journal, faults=faults)
        self.clock = clock
        self.quota = quota
        self.tokens_fetched = 0
        self.busy = 0  # so many next messages are answered -1
        self.token = ""
        self._seen: dict[str, tuple[float, int]] = {}
        self._numbers = itertools.count(1)

    def take(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/cgi-bin/token":
            return Reply(200, self._fetch_token(query))
        if query.get("access_token") != self.token:
            return Reply(200, {"errcode": 40001, "errmsg": "invalid credential"})
        body = json.loads(request.body)
        if parts.path == "/cgi-bin/message/mass/sendall":
            return self._send(str(body["clientmsgid"]), "followers", MASS_MEMORY_S, code=45065)
        if parts.path == "/cgi-bin/message/template/send":
            return self._send(body["client_msg_id"], body["touser"], TEMPLATE_MEMORY_S, code=0)
        return Reply(404, {})

    def _fetch_token(self, query: dict[str, str]) -> dict[str, Any]:
        if query.get("secret") != "account-secret":
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        with self.lock:
            self.tokens_fetched += 1
            # A second one ends the first: that is why it is fetched once for all.
            self.token = f"token-{self.tokens_fetched}"
            return {"access_token": self.token, "expires_in": 7200}

    def _send(self, key: str, to: str, memory_s: float, *, code: int) -> Reply:
        with self.lock:
            if self.busy:
                self.busy -= 1
                return Reply(200, {"errcode": -1, "errmsg": "system busy"})
            seen_at, number = self._seen.get(key, (-1e9, 0))
            if self.clock() - seen_at < memory_s:
                return Reply(
                    200, {"errcode": code, "errmsg": "", "msgid": number, "msg_id": number}
                )
            if self.quota <= 0:
                return Reply(200, {"errcode": 45009, "errmsg": "reach max api daily quota limit"})
            self.quota -= 1
            number = next(self._numbers)
            self._seen[key] = self.clock(), number
            self.write_down(key=key, to=to, number=number)
            answer = {"errcode": 0, "errmsg": "ok", "msgid": number, "msg_id": number}
            return Reply(200, answer, accepted=True)
