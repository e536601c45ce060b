"""The exchange with the dispatch centre: large outages told by themselves, anomalies told back.

facts      the four items of an outage
messages   told by itself or by hand, answered, read
anomalies  what the dispatch centre sees in the network
"""

from outages.services.exchange.anomalies import TOLD, acknowledge_anomaly, report_anomaly
from outages.services.exchange.facts import Facts, facts_of
from outages.services.exchange.messages import (
    ANSWERED,
    ExchangeRefused,
    answer_exchange,
    read_exchange,
    send_exchange,
    tell_dispatch_centre,
)

__all__ = [
    "ANSWERED",
    "TOLD",
    "ExchangeRefused",
    "Facts",
    "acknowledge_anomaly",
    "answer_exchange",
    "facts_of",
    "read_exchange",
    "report_anomaly",
    "send_exchange",
    "tell_dispatch_centre",
]
