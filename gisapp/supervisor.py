"""Runs the programs of one instance as plain child processes, until told to stop.

A child that dies is started again, waiting longer each time it dies young. SIGTERM or SIGINT stops
all of them: asked first, killed after a grace period. Every process started is recorded with its
start time in `STATE_DIR/processes`, so that `./run stop` finds exactly these and nothing else.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil
import structlog

from gisapp.logs import configure_structlog

logger = structlog.get_logger(__name__)

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
# A child that lived this long has recovered: its next death waits the shortest time again.
SETTLED_S = 20.0
GRACE_S = 25.0
POLL_S = 0.2
# The owner of the tables serves nobody: nothing that is started here may become it.
OF_THE_OWNER = frozenset({"OWNER_DATABASE_URL", "PGPASSWORD"})


@dataclass(frozen=True)
class Program:
    """What to start: a name for people, the command, what it needs in its environment.

    `withheld` names what it must not find there.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    withheld: frozenset[str] = OF_THE_OWNER

    def its(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the environment that the program gets out of this process's own."""
        kept = {name: value for name, value in environment.items() if name not in self.withheld}
        return {**kept, **self.environment}


def sms_gateway(port: int) -> Program:
    """Return the simulated SMS gateway of a demo, which keeps what it received in a journal."""
    simulator = [sys.executable, "manage.py", "sms_simulator", f"--port={port}"]
    return Program("sms", simulator, {"PROCESS_NAME": "mainbreak-sms"})


# Secrets and addresses of the control room.
NOT_FOR_THE_PUBLIC_SIDE = OF_THE_OWNER | frozenset(
    {
        *(
            "APP_DB_PASSWORD",
            "BACKUP_KEY",
            "BACKUP_KEY_FILE",
            "REDIS_PASSWORD",
            "REDIS_URL",
            "PUBLIC_DB_PASSWORD",
            "DEMO_PASSWORD",
        ),
        *("PUBLIC_DATABASE_URL", "PUBLIC_SECRET_KEY", "GATEWAYS", "EMAIL_URL", "SECRET_KEY_FILE"),
    }
)


def public_side(environment: Mapping[str, str], *, host: str, port: int) -> Program:
    """Return the public process: another role, another key, none of the control room's secrets."""
    return Program(
        "public",
        [*_gunicorn("gisapp.public_side.wsgi", host, port), "--workers=1", "--threads=8"],
        {
            "PROCESS_NAME": "mainbreak-public",
            "DJANGO_SETTINGS_MODULE": "gisapp.public_side.settings",
            "DATABASE_URL": environment["PUBLIC_DATABASE_URL"],
            "SECRET_KEY": environment["PUBLIC_SECRET_KEY"],
            "DB_POOL": "true",
            "DB_POOL_SIZE": "8",
        },
        withheld=NOT_FOR_THE_PUBLIC_SIDE,
    )


def _gunicorn(application: str, host: str, port: int) -> list[str]:
    return [
        str(Path(sys.executable).parent / "gunicorn"),
        application,
        f"--bind={host}:{port}",
        "--worker-class=gthread",
        "--timeout=60",
        "--graceful-timeout=15",
        "--max-requests=5000",
        "--max-requests-jitter=500",
        "--no-control-socket",
        "--log-level=warning",
    ]


def programs(*, host: str, port: int, workers: int, threads: int) -> list[Program]:
    """Return the programs of one instance, with this interpreter's own command-line tools."""
    tools = Path(sys.executable).parent
    celery = [str(tools / "celery"), "-A", "gisapp"]
    web = [
        *_gunicorn("gisapp.wsgi", host, port),
        f"--workers={workers}",
        f"--threads={threads}",
    ]
    return [
        Program(
            "web",
            web,
            {
                "PROCESS_NAME": "mainbreak-web",
                "DB_POOL": "true",
                "DB_POOL_SIZE": str(threads),
                "DB_STATEMENT_TIMEOUT_MS": "30000",
            },
        ),
        Program(
            "worker",
            [*celery, "worker", "--concurrency=2", "--loglevel=warning", "--hostname=worker@%h"],
            {"PROCESS_NAME": "mainbreak-worker"},
        ),
        Program(
            "reckoner",
            [
                # Two: the minutes of the risk map must not hold up pressures that somebody awaits.
                *("nice", "-n", "10", *celery, "worker", "--queues=reckoning", "--concurrency=2"),
                *("--loglevel=warning", "--hostname=reckoner@%h"),
                *("--without-gossip", "--without-mingle", "--max-memory-per-child=400000"),
            ],
            {"PROCESS_NAME": "mainbreak-reckoner"},
        ),
        Program(
            "beat",
            [*celery, "beat", "--loglevel=warning", "--pidfile="],
            {"PROCESS_NAME": "mainbreak-beat"},
        ),
    ]


class Child:
    """One program and the process that runs it at the moment."""

    def __init__(self, program: Program, log: Path, clock: Callable[[], float]) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._log = log
        self._clock = clock
        self._started_at = 0.0
        self._wait_s = FIRST_WAIT_S
        self._due_at = clock()

    def start(self) -> None:
        """Start the program in a session of its own: Ctrl-C reaches the supervisor alone."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.program.command),
                env=self.program.its(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.starts += 1
        self._started_at = self._clock()

    def look_after(self) -> bool:
        """Start the program when it is due; return whether a process was started."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return False
            self._plan_restart(code)
        if self._clock() < self._due_at:
            return False
        self.start()
        return True

    def _plan_restart(self, code: int) -> None:
        lived_s = self._clock() - self._started_at
        self._wait_s = FIRST_WAIT_S if lived_s >= SETTLED_S else self._wait_s
        self._due_at = self._clock() + self._wait_s
        logger.warning(
            "child_died",
            child=self.program.name,
            code=code,
            lived_s=round(lived_s, 1),
            restart_in_s=self._wait_s,
            log=str(self._log),
        )
        self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)
        self.process = None


class Supervisor:
    """Keeps children alive until asked to stop."""

    def __init__(
        self,
        wanted: Sequence[Program],
        *,
        state_dir: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state_dir = state_dir
        self._clock = clock
        self._stopping = False
        logs = state_dir / "log"
        logs.mkdir(parents=True, exist_ok=True)
        self.children = [Child(one, logs / one.name, clock) for one in wanted]

    def run(self) -> None:
        """Start everything and look after it; return when all has stopped."""
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, self._ask_to_stop)
        try:
            while not self._stopping:
                if any([child.look_after() for child in self.children]):
                    self._record()
                time.sleep(POLL_S)
        finally:
            self._stop_all()

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _record(self) -> None:
        """Write `name pid start_time` for the supervisor and each child."""
        rows = [("supervisor", os.getpid())]
        rows += [(c.program.name, c.process.pid) for c in self.children if c.process is not None]
        lines = [f"{name} {pid} {start_ticks(pid)}" for name, pid in rows]
        partial = self._state_dir / "processes.partial"
        partial.write_text("\n".join(lines) + "\n", encoding="ascii")
        partial.replace(self._state_dir / "processes")

    def _stop_all(self) -> None:
        running = [c.process for c in self.children if c.process and c.process.poll() is None]
        # A child's own children (gunicorn's and Celery's workers) must not outlive it.
        families = [member for process in running for member in _children_of(process.pid)]
        for process in running:
            process.terminate()
        deadline = self._clock() + GRACE_S
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - self._clock()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        _gone, left = psutil.wait_procs(families, timeout=2)
        for member in left:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        (self._state_dir / "processes").unlink(missing_ok=True)


def _children_of(pid: int) -> list[psutil.Process]:
    """Return all that descends from a process; none where it ended a moment ago."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def start_ticks(pid: int) -> int:
    """Return when process `pid` started, in clock ticks since boot; 0 if it is gone.

    Together with the id this names a process for good: ids are used again, pairs are not.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(stat.rpartition(")")[2].split()[19])


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run until stopped."""
    parser = argparse.ArgumentParser(description="Run web, workers and beat of one instance.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument("--threads", type=int, default=8, help="threads of each web process")
    parser.add_argument("--public-port", type=int, help="also run the public side here")
    parser.add_argument("--sms-port", type=int, help="also run a simulated SMS gateway here")
    options = parser.parse_args(arguments)
    configure_structlog()
    wanted = programs(
        host=options.host, port=options.port, workers=options.workers, threads=options.threads
    )
    if options.public_port:
        public = public_side(os.environ, host=options.host, port=options.public_port)
        wanted.append(public)
    if options.sms_port:
        wanted.append(sms_gateway(options.sms_port))
    Supervisor(wanted, state_dir=Path(os.environ["STATE_DIR"])).run()


if __name__ == "__main__":
    main()
