"""Where is the burst? Likely pipes from what people report. Reads only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.gis.db.models.functions import Distance

from network.selectors import network_now
from network.selectors.surroundings import Surroundings
from network.topology.argument.locate import Guesses, Kind, Report, Whereabouts, locate
from network.topology.elements import TopologyError
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
MOST_REPORTS: Final = 60
M_PER_DEGREE: Final = 111_320
SHOWN: Final = 5
NOWHERE: Final = Whereabouts((), ())


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


def whereabouts(report: BurstReport, reports: Sequence[BurstReport]) -> Whereabouts:
    """The likeliest pipes and stretches for the chosen `reports` around `report`, best first.

    Nothing where the network does not know the reports' pipes. Only the surroundings are read:
    the time does not grow with the city.
    """
    now = network_now()
    if now is None or not reports or report.geom is None:
        return NOWHERE
    places = [each.geom for each in reports if each.geom]
    part = Surroundings(
        now.revision,
        now.state,
        places,
        heard=(report.geom, _heard_m(reports)),
        at=report.received_at,
    )
    around = part.around()
    if around is None:
        return NOWHERE
    told = [
        Report(
            id=str(each.pk),
            kind=SAYS[ReportKind(each.kind)],
            pipe=each.pipe,
            fraction=0.5 if each.pipe_fraction is None else each.pipe_fraction,
            at=each.occurred_at or each.received_at,
            at_m=part.plane.metres(each.geom.x, each.geom.y),
        )
        for each in reports
        if each.geom is not None
    ]
    guesses = replace(Guesses(), **settings.BURST_GUESSES)
    try:
        return locate(around, told, guesses=guesses, most=SHOWN, most_stretches=SHOWN)
    except TopologyError:  # a pipe that a newer drawing has not any more
        return NOWHERE


def _heard_m(reports: Sequence[BurstReport]) -> float:
    """How far off a call would have counted: with more than can be taken, not the far ones."""
    if len(reports) < MOST_REPORTS:
        return float(WITHIN_M)
    return max(float(each.away.m) for each in reports)  # type: ignore[attr-defined]
