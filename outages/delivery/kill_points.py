"""Places where a test lets a sender die, to see that nothing is lost or doubled there.

`KILL_AT=after_send` makes a process that runs under `settings.KILL_POINTS` (the tests' settings
alone) end itself with SIGKILL when it passes that place for the `KILL_AFTER`-th time.
"""

import os
import signal
from typing import Final

from django.conf import settings

POINTS: Final = ("after_claim", "after_fence", "after_send", "before_mark", "after_commit")
_passed = 0


def reached(point: str) -> None:
    """Die here if this process was asked to."""
    global _passed  # noqa: PLW0603 - counts for a process that is about to end
    if not getattr(settings, "KILL_POINTS", False) or os.environ.get("KILL_AT") != point:
        return
    _passed += 1
    if _passed >= int(os.environ.get("KILL_AFTER", "1")):
        os.kill(os.getpid(), signal.SIGKILL)
