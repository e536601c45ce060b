"""A sender of its own: sends until it is killed. `unfenced` leaves the fence out.

python -m tests.outages.sender LEASE_S [unfenced]
"""

import os
import random
import sys
import time
from dataclasses import replace

import django


def main() -> None:
    """Send round after round."""
    django.setup()
    prepare(unfenced="unfenced" in sys.argv)
    sys.stdout.write(f"ready {os.getpid()}\n")
    sys.stdout.flush()
    send_until_killed(float(sys.argv[1]))


def prepare(*, unfenced: bool) -> None:
    """Make it a test's sender: impatient, and for the negative control without the fence."""
    from outages.delivery import outbox
    from outages.delivery.sms_http import SmsGateway
    from outages.delivery.sms_tencent import TencentSms
    from outages.delivery.webhook import WebhookGateway
    from outages.delivery.wechat import WeChatGateway

    if unfenced:
        # What a sender does that never looks whether its claim holds.
        outbox.Sender.is_still_mine = lambda _self, _claim, **_more: True  # type: ignore[method-assign]
    # Minutes of patience would only make the test longer.
    for gateway in (SmsGateway, TencentSms, WebhookGateway, WeChatGateway):
        gateway.habits = replace(gateway.habits, back_off_s=(1,), max_attempts=80)


def send_until_killed(lease_s: float) -> None:
    """Send on all channels at once; a database that is away is waited for."""
    from django.db import DatabaseError, connections

    from outages.delivery import shards

    random.seed(os.getpid())  # forked siblings would draw the same waits
    while True:
        try:
            shards.send_side_by_side(lease_s=lease_s, round_s=20)
        except DatabaseError:
            connections.close_all()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
