"""The supervisor with real processes: what dies comes back, what is asked to stop stops."""

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from gisapp.supervisor import Child, Program, start_ticks

DRIVER = """
import sys
from pathlib import Path
from gisapp.supervisor import Program, Supervisor
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
parent = [sys.executable, "-c",
          "import subprocess, sys, time;"
          "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
          "time.sleep(600)"]
wanted = [Program("web", sleeper), Program("worker", parent)]
Supervisor(wanted, state_dir=Path(sys.argv[1])).run()
"""


def recorded(state: Path) -> dict[str, tuple[int, int]]:
    """Return name -> (pid, start) from the supervisor's record; empty while there is none."""
    try:
        rows = (state / "processes").read_text().split("\n")
    except FileNotFoundError:
        return {}
    return {
        name: (int(pid), int(start)) for name, pid, start in (row.split() for row in rows if row)
    }


def wait_for(condition, seconds: float = 15.0):
    """Return the condition's first true value; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    pytest.fail("waited in vain")


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; an orphan that ended waits as a zombie for init to notice."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def running(tmp_path: Path):
    """A supervisor over two sleeping programs, one of which has a child of its own."""
    process = subprocess.Popen([sys.executable, "-c", DRIVER, str(tmp_path)], env=os.environ)
    wait_for(lambda: {"web", "worker"} <= recorded(tmp_path).keys())
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(timeout=40)


def test_a_killed_child_comes_back_with_a_new_id(running, tmp_path):
    first, _start = recorded(tmp_path)["web"]
    worker = recorded(tmp_path)["worker"]
    os.kill(first, signal.SIGKILL)
    second, start = wait_for(
        lambda: (row := recorded(tmp_path).get("web")) and row[0] != first and row
    )
    assert start_ticks(second) == start
    assert recorded(tmp_path)["worker"] == worker


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_no_process_and_no_record_behind(running, tmp_path, how):
    members = wait_for(
        lambda: len(found := psutil.Process(running.pid).children(recursive=True)) == 3 and found
    )
    running.send_signal(how)
    assert running.wait(timeout=40) == 0
    assert not [member for member in members if is_alive(member)]
    assert recorded(tmp_path) == {}


def test_a_child_that_keeps_dying_waits_longer_each_time(tmp_path):
    now = [0.0]
    child = Child(Program("bad", ["false"]), tmp_path / "log", clock=lambda: now[0])
    starts = []
    while len(starts) < 5:
        if child.look_after():
            starts.append(now[0])
            child.process.wait()
        now[0] += 0.1
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 4


def test_a_process_that_is_gone_has_no_start_time():
    process = subprocess.Popen(["true"])
    assert start_ticks(process.pid) > 0
    process.wait()
    assert start_ticks(process.pid) == 0
