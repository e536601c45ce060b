"""A scanner of deadlines of its own, which kills itself in the middle of the n-th transaction."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from typing import Any

from django.db import connection

from outages.services.rules import deadlines


def scan_and_die(at: datetime, alerts_until_death: int) -> int:
    """Scan once in a fork of this process; returns how it ended.

    It dies after so many alerts, between the breach and the commit.
    """
    connection.close()  # each side opens its own
    child = os.fork()
    if not child:
        try:
            _die_after(alerts_until_death)
            deadlines.scan(at=at)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _die_after(alerts: int) -> None:
    left = alerts
    really = deadlines.raise_alert

    def dying(*arguments: Any, **facts: Any) -> Any:
        nonlocal left
        raised = really(*arguments, **facts)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return raised

    deadlines.raise_alert = dying  # type: ignore[assignment]
