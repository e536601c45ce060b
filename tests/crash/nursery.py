"""Forks senders: each `start` on standard input makes one, whose number is printed.

python -m tests.crash.nursery LEASE_S [unfenced]

A fork has Django loaded already, so that a killed sender is replaced at once.
"""

from __future__ import annotations

import os
import signal
import sys

import django


def main() -> None:
    django.setup()
    from tests.outages import sender

    sender.prepare(unfenced="unfenced" in sys.argv)
    lease_s = float(sys.argv[1])
    # Nobody waits for these children: they end by being killed.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _line in sys.stdin:
        child = os.fork()
        if not child:
            sys.stdin.close()
            sender.send_until_killed(lease_s)
            os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
