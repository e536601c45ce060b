from network.models.areas import Area, Organisation, TrunkRoad
from network.models.assets import Hydrant, Junction, Pipe, PipeSplit, Source, Valve
from network.models.criticality import (
    BestValvePlace,
    CriticalityRun,
    PipeCriticality,
    ValveCriticality,
)
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
    "BestValvePlace",
    "CheckFinding",
    "CriticalityRun",
    "Customer",
    "Hydrant",
    "ImportRun",
    "Junction",
    "NetworkRevision",
    "Organisation",
    "Pipe",
    "PipeCriticality",
    "PipeSplit",
    "Source",
    "SourceActivity",
    "SourceActivityChange",
    "TrunkRoad",
    "Valve",
    "ValveCondition",
    "ValveCriticality",
    "ValveStateChange",
]
