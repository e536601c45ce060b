"""A scanner of deadlines of its own, which kills itself in the middle of the n-th transaction.

python -m tests.outages.scanner ISO_TIME ALERTS_UNTIL_DEATH
"""

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django


def main() -> None:
    """Scan once; die after so many alerts, between the breach and the commit."""
    django.setup()
    from outages.services.rules import deadlines

    left = int(sys.argv[2])
    really = deadlines.raise_alert

    def dying(*arguments: Any, **facts: Any) -> Any:
        nonlocal left
        raised = really(*arguments, **facts)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return raised

    deadlines.raise_alert = dying  # type: ignore[assignment]
    deadlines.scan(at=datetime.fromisoformat(sys.argv[1]))


if __name__ == "__main__":
    main()
