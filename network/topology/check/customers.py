"""Checks of customers, hydrants and sources: what hangs on the network or feeds it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from network.topology.check.records import Records, where
from network.topology.findings import Finding
from network.topology.noding import Places, RawPoints
from network.topology.noding.columns import NOWHERE

FAR_CUSTOMER_M = 100.0
MANY_PERSONS = 20_000


def check_customers(records: Records) -> Iterator[Finding]:
    """Yield what is wrong with customers and hydrants."""
    customers, places = records.customers, records.network.customers
    points = customers.points
    for nth in where(places.distance_m > FAR_CUSTOMER_M):
        metres = round(float(places.distance_m[nth]))
        yield records.about_point(
            "customer_far_from_pipe", "customer", points, nth, distance_m=metres
        )
    for nth in where(customers.persons > MANY_PERSONS):
        persons = int(customers.persons[nth])
        yield records.about_point("persons_implausible", "customer", points, nth, persons=persons)
    yield from _on_unused_pipes(records, points, places)
    yield from _accounts(records)


def _on_unused_pipes(records: Records, points: RawPoints, places: Places) -> Iterator[Finding]:
    network = records.network
    on_pipe = np.flatnonzero(places.pipe != NOWHERE)
    for nth in on_pipe[~network.pipes.in_service[places.pipe[on_pipe]]].tolist():
        pipe = str(network.pipes.ids[places.pipe[nth]])
        yield records.about_point("customer_on_unused_pipe", "customer", points, nth, pipe=pipe)
    unserved = records.unserved_junctions() if len(on_pipe) < len(places) else {}
    for nth in np.flatnonzero(places.pipe == NOWHERE).tolist() if unserved else ():
        junction = int(places.junction[nth])
        if junction in unserved:
            pipe = unserved[junction]
            yield records.about_point("customer_on_unused_pipe", "customer", points, nth, pipe=pipe)


def _accounts(records: Records) -> Iterator[Finding]:
    """Missing accounts are told only where most customers have one."""
    account, points = records.customers.account, records.customers.points
    missing = np.flatnonzero(account == "")
    if len(missing) < len(account) / 2:
        for nth in missing.tolist():
            yield records.about_point("customer_account_missing", "customer", points, nth)
    first: dict[str, int] = {}
    for nth in where(account != ""):
        earlier = first.setdefault(str(account[nth]), nth)
        if earlier != nth:
            yield records.about_point(
                "customer_account_duplicate",
                "customer",
                points,
                nth,
                account=str(account[nth]),
                other=str(points.ids[earlier]),
            )


def check_sources(records: Records) -> Iterator[Finding]:
    """Yield what is wrong with sources and their inlets."""
    network, sources = records.network, records.sources
    if len(network.lines) and not len(sources.points):
        yield Finding("source_missing", "network", "", None, {})
    unserved = records.unserved_junctions()
    for nth in where(np.isin(network.sources.junction, list(unserved))):
        yield records.about_point("source_off_network", "source", sources.points, nth)
    index = records.pipe_index()
    for nth, inlets in enumerate(sources.inlet_pipes):
        at = int(network.sources.junction[nth])
        for name in inlets:
            pipe = index.get(name)
            if pipe is None:
                yield records.about_point(
                    "source_inlet_unknown", "source", sources.points, nth, pipe=name
                )
            elif at not in (int(network.start[pipe]), int(network.end[pipe])):
                yield records.about_point(
                    "source_inlet_not_at_source", "source", sources.points, nth, pipe=name
                )
