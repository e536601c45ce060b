from network.models.areas import Area, Organisation, TrunkRoad
from network.models.assets import Hydrant, Junction, Pipe, PipeSplit, Source, Valve
from network.models.customers import Customer
from network.models.revisions import CheckFinding, ImportRun, NetworkRevision
from network.models.states import (
    SourceActivity,
    SourceActivityChange,
    ValveCondition,
    ValveStateChange,
)

__all__ = [
    "Area",
    "CheckFinding",
    "Customer",
    "Hydrant",
    "ImportRun",
    "Junction",
    "NetworkRevision",
    "Organisation",
    "Pipe",
    "PipeSplit",
    "Source",
    "SourceActivity",
    "SourceActivityChange",
    "TrunkRoad",
    "Valve",
    "ValveCondition",
    "ValveStateChange",
]
