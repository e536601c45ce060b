"""Messages on three channels while senders, database and broker die; then three records compared.

The records know nothing of one another: the rows, the gateways' journals, the events. The seed of
all chance is printed. Kills and stops are spread over the work, not over time, so that a fast
machine meets as many as a slow one; a run whose kills met no message under way proves nothing and
says "not exercised".
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from typing import Any

import psutil
import psycopg

from outages.delivery.gateway import Promise
from outages.delivery.signatures import new_secret
from outages.delivery.simulator import Faults, SmsSimulator
from tests.crash.cluster import Broker, Cluster, plain
from tests.simulators.running import Running, running
from tests.simulators.subscriber import SubscriberSimulator
from tests.simulators.wechat import WeChatSimulator

CHANNELS = ("sms", "wechat", "webhook")


@dataclass(frozen=True)
class Trial:
    """What to send and what to break. Shares are of requests, times seconds."""

    deliveries: int = 5_000
    kills: int = 30
    stops: int = 3  # of the database, immediate
    losses: int = 5  # of Redis, without saving
    refuse: float = 0.03
    drop: float = 0.03
    latency_s: float = 0.02
    lease_s: float = 5.0
    senders: int = 3
    promise: Promise = Promise.QUERYABLE  # of the SMS gateway
    channels: tuple[str, ...] = CHANNELS
    fenced: bool = True
    with_worker: bool = True
    within_s: float = 400.0
    seed: int = 20261122


@dataclass
class Verdict:
    """What became of it."""

    trial: Trial
    took_s: float = 0.0
    kills: int = 0  # that met a message under way
    stops: int = 0
    losses: int = 0
    lost: int = 0
    doubled: int = 0
    events_wrong: int = 0
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def is_exercised(self) -> bool:
        wanted = self.trial
        return self.kills >= wanted.kills and self.stops == wanted.stops

    @property
    def is_good(self) -> bool:
        return (
            self.lost == self.doubled == self.events_wrong == 0
            and self.is_exercised
            and self.statuses == {"accepted": self.trial.deliveries}
        )


class Run:
    """One trial under way."""

    def __init__(self, trial: Trial, folder: Path, cluster: Cluster, broker: Broker) -> None:
        self.trial, self.folder, self.cluster, self.broker = trial, folder, cluster, broker
        self.chance = random.Random(trial.seed)
        self.senders: list[int] = []
        self.worker: subprocess.Popen[bytes] | None = None
        self.verdict = Verdict(trial)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Read rows with a connection of its own; a database that is starting is waited for."""
        for _attempt in range(100):
            try:
                with psycopg.connect(plain(self.cluster.url), autocommit=True) as database:
                    return database.execute(query).fetchall()  # type: ignore[arg-type]
            except psycopg.OperationalError:
                time.sleep(0.1)
        msg = "the database stays away"
        raise RuntimeError(msg)

    def open_and_midway(self) -> tuple[int, int]:
        [(left, midway)] = self.ask(
            "SELECT count(*) FILTER (WHERE status IN ('pending', 'sending')),"
            " count(*) FILTER (WHERE status = 'sending' AND send_started_at IS NOT NULL)"
            " FROM outages_delivery"
        )
        return left, midway

    def break_things(self, nursery: subprocess.Popen[str]) -> None:
        """Kill and stop, each when its share of the work is done; return when all is settled."""
        trial, verdict = self.trial, self.verdict
        for _each in range(trial.senders):
            self.senders.append(start_sender(nursery))
        due = sorted(
            [((n + 1) / (trial.kills + 1), "kill") for n in range(trial.kills)]
            + [((n + 0.5) / trial.stops, "stop") for n in range(trial.stops)]
            + [((n + 0.3) / trial.losses, "lose") for n in range(trial.losses)]
        )
        ends = time.monotonic() + trial.within_s
        while time.monotonic() < ends:
            left, _midway = self.open_and_midway()
            if not left:
                break
            while due and due[0][0] <= 1 - left / trial.deliveries:
                _share, what = due.pop(0)
                getattr(self, f"_{what}")(nursery)
            time.sleep(self.chance.uniform(0.05, 0.2))
        verdict.took_s = trial.within_s - (ends - time.monotonic())

    def _kill(self, nursery: subprocess.Popen[str]) -> None:
        """Kill a sender while a message is under way, and the worker's whole tree now and then."""
        for _attempt in range(60):
            _left, midway = self.open_and_midway()
            if midway:
                break
            time.sleep(0.02)
        victim = self.chance.randrange(len(self.senders))
        os.kill(self.senders[victim], SIGKILL)
        self.verdict.kills += midway > 0
        if self.worker is not None and self.verdict.kills % 10 == 0:
            kill_tree(self.worker)
            self.worker = self._start_worker()
        self.senders[victim] = start_sender(nursery)

    def _stop(self, _nursery: subprocess.Popen[str]) -> None:
        self.cluster.crash()
        time.sleep(self.chance.uniform(0.1, 0.5))
        self.cluster.start()
        self.verdict.stops += 1

    def _lose(self, _nursery: subprocess.Popen[str]) -> None:
        self.broker.lose()
        time.sleep(self.chance.uniform(0.1, 0.5))
        self.broker.start()
        self.verdict.losses += 1

    def _start_worker(self) -> subprocess.Popen[bytes]:
        """Start a Celery worker with its beat, as an instance has beside the plain senders."""
        celery = Path(sys.executable).with_name("celery")
        schedule = self.folder / f"beat-{time.monotonic_ns()}"
        options = f"-B -c 1 -l critical -s {schedule} --without-gossip --without-mingle"
        return subprocess.Popen(
            [str(celery), "-A", "tests.crash.celery_app", "worker", *options.split()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop_everybody(self) -> None:
        for pid in self.senders:
            os.kill(pid, SIGKILL)
        if self.worker is not None:
            kill_tree(self.worker)

    def compare(self, gateways: list[Running]) -> Verdict:
        """Hold rows, journals and events against one another."""
        verdict = self.verdict
        rows = self.ask("SELECT key::text, status, channel FROM outages_delivery")
        journal = Counter(key for gateway in gateways for key in gateway.accepted())
        verdict.statuses = dict(Counter(status for _key, status, _channel in rows))
        verdict.lost = sum(key not in journal for key, _status, _channel in rows)
        verdict.doubled = sum(number - 1 for number in journal.values())
        events = self.ask(
            "SELECT count(*) FROM outages_event WHERE verb = 'delivery_accepted'"
            " GROUP BY subject_id"
        )
        accepted = verdict.statuses.get("accepted", 0)
        verdict.events_wrong = abs(len(events) - accepted) + sum(n != 1 for (n,) in events)
        return verdict


@contextmanager
def running_cluster(*, like: str = "") -> Iterator[Cluster]:
    """Run a database server for trials, with the tables of the database at `like`."""
    with tempfile.TemporaryDirectory(prefix="mainbreak-crash-") as name:
        cluster = Cluster(Path(name), like=like)
        try:
            yield cluster
        finally:
            cluster.crash()


def try_it(trial: Trial, cluster: Cluster) -> Verdict:
    """Run one trial from an empty database to the verdict."""
    cluster.begin_anew()
    with tempfile.TemporaryDirectory(prefix="mainbreak-crash-") as name, ExitStack() as stack:
        folder = Path(name)
        secret = new_secret()
        gateways = [
            stack.enter_context(running(simulator))
            for simulator in _simulators(trial, folder, secret)
        ]
        broker = Broker(folder)
        stack.callback(broker.lose)
        stack.enter_context(_environment(trial, folder, cluster, broker, gateways))
        subscriber = gateways[2].url
        number = str(trial.deliveries)
        seed = [sys.executable, "-m", "tests.crash.seed", number, subscriber, secret]
        subprocess.run([*seed, *trial.channels], check=True)
        run = Run(trial, folder, cluster, broker)
        if trial.with_worker:
            run.worker = run._start_worker()
        with _nursery(trial) as nursery:
            try:
                run.break_things(nursery)
            finally:
                run.stop_everybody()
        return run.compare(gateways)


def _simulators(trial: Trial, folder: Path, secret: str) -> Iterator[Any]:
    def faults(number: int) -> Faults:
        return Faults(
            refuse=trial.refuse,
            drop=trial.drop,
            latency_s=trial.latency_s,
            seed=trial.seed + number,
        )

    yield SmsSimulator(journal=folder / "sms.jsonl", promise=trial.promise, faults=faults(1))
    yield WeChatSimulator(journal=folder / "wechat.jsonl", faults=faults(2))
    yield SubscriberSimulator(journal=folder / "webhook.jsonl", secret=secret, faults=faults(3))


@contextmanager
def _environment(
    trial: Trial, folder: Path, cluster: Cluster, broker: Broker, gateways: list[Running]
) -> Iterator[None]:
    """Let the processes that are started here see this trial's servers and no others."""
    sms, wechat, _subscriber = gateways
    state = folder / "state"
    state.mkdir()
    ours = {
        "DATABASE_URL": cluster.url,
        "REDIS_URL": broker.url,
        "STATE_DIR": str(state),
        "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
        "GATEWAY_TIMEOUT_S": "2",
        "OUTBOUND_PRIVATE_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "CRITICAL",
        "GATEWAYS": json.dumps(
            {
                "sms": {"url": sms.url, "promise": str(trial.promise)},
                "wechat": {
                    "url": wechat.url,
                    "app_id": "wx",
                    "secret": "account-secret",
                    "template": "T1",
                },
            }
        ),
    }
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


@contextmanager
def _nursery(trial: Trial) -> Iterator[subprocess.Popen[str]]:
    extra = [] if trial.fenced else ["unfenced"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.nursery", str(trial.lease_s), *extra],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        msg = "the senders did not start"
        raise RuntimeError(msg)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def start_sender(nursery: subprocess.Popen[str]) -> int:
    """Return the process number of a new sender."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("start\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it started: killing a child alone tests another path."""
    family = [psutil.Process(process.pid)]
    family += family[0].children(recursive=True)
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait(timeout=10)
