"""The most memory that a process ever had.

Not `ru_maxrss`: Linux hands that down to children, so a small program started by a large one is
said to have been large.
"""

import subprocess
import time
from pathlib import Path


def peak_mb(pid: int | str = "self") -> float:
    """Megabytes since the process was started; 0 once it is gone."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    lines = (line.split() for line in told.splitlines() if line.startswith("VmHWM:"))
    return next((int(kilobytes) / 1024 for _name, kilobytes, _unit in lines), 0)


def peak_until_over(running: "subprocess.Popen[bytes]", every_s: float = 0.05) -> float:
    """Megabytes that `running` had at most, looked at until it ends."""
    highest = 0.0
    while running.poll() is None:
        highest = max(highest, peak_mb(running.pid))
        time.sleep(every_s)
    return highest
