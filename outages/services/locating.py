"""Where is the burst? Likely pipes from what people report. Reads only."""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Final

from django.contrib.gis.db.models.functions import Distance

from network.choices import PipeStatus
from network.models import NetworkRevision, Pipe
from network.selectors import load_snapshot, network_now, read_tables
from network.topology.argument.locate import Kind, Report, Suspect, locate
from network.topology.argument.mains import Mains, mains_of
from network.topology.elements import TopologyError
from network.topology.engine.ready import make_ready
from network.topology.engine.states import NetworkState
from outages.choices import ReportKind
from outages.models import BurstReport
from outages.workflow import ReportStatus

# What each kind of report says of the supply or the street; the others say nothing of a burst.
SAYS: Final = {
    ReportKind.BURST: Kind.LEAK_SEEN,
    ReportKind.LEAK: Kind.LEAK_SEEN,
    ReportKind.NO_WATER: Kind.NO_WATER,
    ReportKind.LOW_PRESSURE: Kind.LOW_PRESSURE,
}
WITHIN_M: Final = 1_500
WITHIN: Final = timedelta(hours=12)
MOST_REPORTS: Final = 30
M_PER_DEGREE: Final = 111_320
SHOWN: Final = 5


def companions(report: BurstReport) -> Sequence[BurstReport]:
    """The report and the open ones near it in place and time that say something, nearest first.

    Reports merged into one of them count as well: each is somebody who called.
    """
    said = BurstReport.objects.filter(kind__in=SAYS, outage__isnull=True).exclude(pipe="")
    open_ones = said.filter(status__in=[ReportStatus.RECEIVED, ReportStatus.DUPLICATE])
    near = open_ones.filter(
        received_at__range=(report.received_at - WITHIN, report.received_at + WITHIN),
        geom__dwithin=(report.geom, 2 * WITHIN_M / M_PER_DEGREE),  # by index, then in metres
    )
    placed = near.annotate(away=Distance("geom", report.geom)).order_by("away", "pk")
    return [each for each in placed if each.away.m <= WITHIN_M][:MOST_REPORTS]


def likely_pipes(reports: Sequence[BurstReport]) -> list[Suspect]:
    """The likeliest pipes, best first; empty where the network does not know the reports' pipes.

    The network is laid out as lengths once per state and kept by the process: a second for a
    town, more for a large city.
    """
    now = network_now()
    if now is None or not reports:
        return []
    snapshot = load_snapshot(now.revision)
    topology = snapshot.topology
    ready = snapshot.ready(now.state) or make_ready(topology, now.state)
    told = [
        Report(
            id=str(each.pk),
            kind=SAYS[ReportKind(each.kind)],
            pipe=each.pipe,
            fraction=0.5 if each.pipe_fraction is None else each.pipe_fraction,
            at=each.occurred_at or each.received_at,
        )
        for each in reports
    ]
    try:
        return locate(topology, ready, _mains(now.revision, now.state), told, most=SHOWN)
    except TopologyError:  # a pipe that a newer drawing has not any more
        return []


@lru_cache(maxsize=1)
def _mains(revision: NetworkRevision, state: NetworkState) -> Mains:
    tables = read_tables(revision).as_text()
    lengths = Pipe.objects.filter(revision=revision, status=PipeStatus.IN_SERVICE)
    valves = zip(tables.valves.ids, tables.valves.closed, strict=True)
    drawn_closed = {valve for valve, closed in valves if closed}
    sources = zip(tables.sources.ids, tables.sources.active, strict=True)
    drawn_silent = {source for source, active in sources if not active}
    return mains_of(
        tables,
        {pipe: length or 0.0 for pipe, length in lengths.values_list("asset_id", "length_m")},
        closed=(drawn_closed - state.opened) | state.closed,
        silent=(drawn_silent - state.active_sources) | state.inactive_sources,
    )
