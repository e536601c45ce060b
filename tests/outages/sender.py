"""A sender of its own: sends until it is killed. `unfenced` leaves the fence out.

python -m tests.outages.sender LEASE_S [unfenced]
"""

import os
import sys
import time

import django


def main() -> None:
    """Send round after round."""
    django.setup()
    from outages.delivery import outbox

    if "unfenced" in sys.argv:
        # The negative control: what a sender does that never looks whether its claim holds.
        outbox.Sender.is_still_mine = lambda _self, _claim: True  # type: ignore[method-assign]
    lease_s = float(sys.argv[1])
    outbox.BACK_OFF_S = (1,)  # minutes of patience would only make the test longer
    sys.stdout.write(f"ready {os.getpid()}\n")
    sys.stdout.flush()
    while True:
        outbox.send_due(lease_s=lease_s)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
