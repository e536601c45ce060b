"""A dispatcher's click on the map, server side: through gunicorn, middleware, session and all.

One click takes the report, snaps it to its pipe, looks for open reports near by, makes and stores
the plan and answers with the page's new part; the map then asks for the plan as GeoJSON.
"""

import http.client
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psutil
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from gisapp.supervisor import programs
from network.models import NetworkRevision, Pipe
from outages.models import BurstReport, IsolationPlan
from outages.workflow import ReportStatus
from tests.bench.ground import ROOT, environment_of
from tests.bench.timing import duration

CLICKS, BESIDE_IMPORT, PROCESSES = 120, 40, 3


def rows(name: str, source: Path, revision: NetworkRevision, folder: Path) -> list[list[str]]:
    """Clicks at random places; then some more while the same files are imported once more."""
    pipes = Pipe.objects.filter(revision=revision).order_by("asset_id")[:100_000]
    drawn = random.Random(4).sample(list(pipes.values_list("geom", flat=True)), 400)
    places = iter(
        [(middle.x, middle.y) for g in drawn for middle in [g.interpolate_normalized(0.5)]]
    )
    with _web(folder) as (host, shared_mb):
        browser = _Browser(host)
        for _warm_up in range(10):
            browser.click(next(places))
        clicks = [browser.click(next(places)) for _ in range(CLICKS)]
        memory = shared_mb()
        with _importing(source, folder):
            beside = [browser.click(next(places)) for _ in range(BESIDE_IMPORT)]
    return [
        _row(f"HTTP: click to stored plan, {name}", [click for click, _plan in clicks]),
        _row(f"HTTP: click to plan JSON, {name}", [click + plan for click, plan in clicks]),
        _row(
            f"HTTP: click to plan JSON while importing, {name}",
            [click + plan for click, plan in beside],
        ),
        [f"memory of {PROCESSES} web processes, {name}", memory, "", ""],
    ]


def _row(what: str, seconds: list[float]) -> list[str]:
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    median, slowest = statistics.median(seconds), max(seconds)
    told = (
        f"{duration(median)} (p95 {duration(p95)}, slowest {duration(slowest)}, n={len(seconds)})"
    )
    return [what, told, "", ""]


class _Browser:
    """Somebody who is signed in; each click comes to whichever process takes its connection."""

    def __init__(self, host: str) -> None:
        user, _made = get_user_model().objects.get_or_create(username="bench")
        user.groups.set(Group.objects.filter(name="dispatcher"))
        client = Client()
        client.force_login(user)
        self._session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._to = http.client.HTTPConnection(host, timeout=120)

    def click(self, place: tuple[float, float]) -> tuple[float, float]:
        """Seconds until the plan is stored and shown, and until its GeoJSON is there."""
        lon, lat = place
        self._to.close()  # opened anew with the next request
        sent = urlencode({"lon": lon, "lat": lat, "duplicate_of": "none"})
        # The answer shows every open case: this one, not hundreds of the bench's.
        waiting = BurstReport.objects.filter(status=ReportStatus.RECEIVED)
        waiting.update(status=ReportStatus.INVALID)
        taken, answer = self._ask("POST", reverse("outages:burst"), sent)
        report = re.search(r"reports/(\d+)", answer.getheader("HX-Push-Url") or "")
        assert report, f"the click was answered with {answer.status}"
        plan = IsolationPlan.objects.filter(report_id=int(report[1])).latest("version")
        drawn, answer = self._ask("GET", reverse("layers:plan-overlay", args=[plan.pk]))
        assert answer.status == 200, answer.status
        return taken, drawn

    def _ask(
        self, method: str, path: str, body: str = ""
    ) -> tuple[float, http.client.HTTPResponse]:
        token = "a" * 32
        headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={self._session}; "
            f"{settings.CSRF_COOKIE_NAME}={token}",
            "X-CSRFToken": token,
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        start = time.perf_counter()
        self._to.request(method, path, body, headers)
        answer = self._to.getresponse()
        answer.read()
        return time.perf_counter() - start, answer


@contextmanager
def _web(folder: Path) -> Iterator[tuple[str, "_Memory"]]:
    """The web program as the supervisor starts it, on the bench's own database and files."""
    port = _free_port()
    web = next(
        p
        for p in programs(host="127.0.0.1", port=port, workers=PROCESSES, threads=4)
        if p.name == "web"
    )
    environment = web.its(environment_of(folder))
    _manage("collectstatic", "--no-input", environment=environment)
    log = (folder / "web.log").open("wb")
    running = subprocess.Popen(web.command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        host = f"127.0.0.1:{port}"
        _until_ready(host, running)
        yield host, _Memory(running.pid)
    finally:
        running.terminate()
        running.wait(30)
        log.close()


class _Memory:
    """What the web processes take, the snapshot that they share counted once."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def __call__(self) -> str:
        workers = self._process.children()
        maps = [each for worker in workers for each in worker.memory_maps(grouped=False)]
        shared = sum(each.pss for each in maps if each.path.endswith(".npy"))
        seen = sum(each.rss for each in maps if each.path.endswith(".npy"))
        private = sum(worker.memory_full_info().pss for worker in workers) - shared
        mb = 1 << 20
        return (
            f"{private / mb:,.0f} MB, and of the snapshot {shared / mb:,.0f} MB for all "
            f"({seen / mb:,.0f} MB if each had its own)"
        )


@contextmanager
def _importing(source: Path, folder: Path) -> Iterator[None]:
    """The same files imported again meanwhile; ended where the clicks are over before."""
    command = [sys.executable, "manage.py", "import_network", str(source)]
    quiet = subprocess.DEVNULL
    environment = environment_of(folder)
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        running.terminate()
        running.wait(60)


def _manage(*arguments: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def _until_ready(host: str, running: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if running.poll() is not None:
            msg = f"gunicorn ended with {running.returncode}"
            raise RuntimeError(msg)
        try:
            asked = http.client.HTTPConnection(host, timeout=5)
            asked.request("GET", "/healthz/live")
            if asked.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    msg = "gunicorn did not answer"
    raise RuntimeError(msg)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port
