"""The SMS service that the provider's SDK speaks to: bills every repeat, remembers receipts."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

from outages.delivery.simulator import Faults, Reply, Request, Simulator


class TencentSimulator(Simulator):
    """Actions of version 2021-01-11. A receipt is there once `deliver` was called."""

    def __init__(self, *, journal: Path, faults: Faults | None = None) -> None:
        super().__init__(journal=journal, faults=faults)
        self.code = "Ok"  # what the next messages are answered with
        self.error = ""  # or an error of the whole request
        self.actions: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self._receipts: list[dict[str, Any]] = []
        self._to_pull: list[dict[str, Any]] = []
        self._replies: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)

    def take(self, request: Request) -> Reply:
        action, body = request.headers["x-tc-action"], json.loads(request.body)
        self.actions.append(action)
        if self.error:
            return _answer({"Error": {"Code": self.error, "Message": "no"}})
        match action:
            case "SendSms":
                return self._send(body)
            case "PullSmsSendStatusByPhoneNumber":
                found = [r for r in self._receipts if r["PhoneNumber"] == body["PhoneNumber"]]
                return _answer({"PullSmsSendStatusSet": found})
            case "PullSmsSendStatus":
                pulled, self._to_pull = self._to_pull, []
                return _answer({"PullSmsSendStatusSet": pulled})
            case "PullSmsReplyStatus":
                pulled, self._replies = self._replies, []
                return _answer({"PullSmsReplyStatusSet": pulled})
        return Reply(404, {})

    def deliver(self, *, received: bool = True) -> None:
        """Let the telephones have, or not have, what was sent."""
        for sent in self.sent:
            receipt = {
                "UserReceiveTime": int(time.time()),
                "CountryCode": "86",
                "SubscriberNumber": sent["PhoneNumberSet"][0][3:],
                "PhoneNumber": sent["PhoneNumberSet"][0],
                "SerialNo": sent["SerialNo"],
                "ReportStatus": "SUCCESS" if received else "FAIL",
                "Description": "DELIVRD" if received else "BLACK",
                "SessionContext": sent["SessionContext"],
            }
            self._receipts.append(receipt)
            self._to_pull.append(receipt)

    def reply(self, number: str, words: str) -> None:
        """Let somebody write back."""
        self._replies.append(
            {
                "PhoneNumber": number,
                "ReplyContent": words,
                "ReplyTime": int(time.time()),
                "CountryCode": "86",
                "SubscriberNumber": number[3:],
                "SignName": "",
                "ExtendCode": "",
            }
        )

    def _send(self, body: dict[str, Any]) -> Reply:
        [number] = body["PhoneNumberSet"]
        with self.lock:
            if self.code == "Ok":
                serial = f"2019:{next(self._numbers)}"
                self.sent.append(body | {"SerialNo": serial})
                self.write_down(key=body["SessionContext"], to=number, reference=serial)
            else:
                serial = ""
            status = {
                "SerialNo": serial,
                "PhoneNumber": number,
                "Fee": 1,
                "SessionContext": body["SessionContext"],
                "Code": self.code,
                "Message": "",
                "IsoCode": "CN",
            }
        return _answer({"SendStatusSet": [status]}, accepted=self.code == "Ok")


def _answer(response: dict[str, Any], *, accepted: bool = False) -> Reply:
    return Reply(200, {"Response": {"RequestId": "r", **response}}, accepted=accepted)
