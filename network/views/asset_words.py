"""How assets are worded on staff screens. Texts and small values only."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network.choices import Operability, ValveState

Text = str | Promise

KIND_LABELS: Final[dict[str, Text]] = {
    "pipe": _("Pipe"),
    "node": _("Node"),
    "junction": _("Node"),
    "valve": _("Valve"),
    "hydrant": _("Hydrant"),
    "source": _("Source"),
    "customer": _("Customer"),
    "network": _("Whole network"),
}
VALVE_KINDS: Final[dict[str, Text]] = {
    "gate": _("gate valve"),
    "butterfly": _("butterfly valve"),
    "ball": _("ball valve"),
    "air": _("air valve"),
    "washout": _("washout valve"),
    "prv": _("pressure-reducing valve"),
    "throttle": _("throttle-control valve"),
    "check": _("check valve"),
}
SOURCE_KINDS: Final[dict[str, Text]] = {
    "plant": _("treatment works"),
    "treatment_works": _("treatment works"),
    "water_tower": _("water tower"),
    "tower": _("water tower"),
    "tank": _("tank"),
    "reservoir": _("reservoir"),
    "well": _("well"),
    "booster": _("booster station"),
    "pump_house": _("pump house"),
}
# What a history row was made for, where it is one of the network's own words.
OCCASIONS: Final[dict[str, Text]] = {
    "inspection": _("found on inspection"),
    "inspection taken back": _("taken back"),
}
STATE_TONES: Final = {
    ValveState.OPEN: "ok",
    ValveState.CLOSED: "busy",
    ValveState.UNKNOWN: "warn",
}
OPERABILITY_TONES: Final = {
    Operability.OPERABLE: "ok",
    Operability.INOPERABLE: "danger",
    Operability.INACCESSIBLE: "danger",
    Operability.UNKNOWN: "warn",
}


def word(words: Mapping[str, Text], value: str) -> str:
    """Return the word for a coded value, and the value itself where there is none."""
    return str(words.get(value, value))


def occasion(text: str) -> str:
    """Say what a change was recorded for."""
    name, _blank, rest = text.partition(" ")
    if name == "import" and rest:
        return gettext("import %(revision)s") % {"revision": rest}
    if name == "plan" and rest:
        return gettext("plan %(plan)s") % {"plan": rest}
    return word(OCCASIONS, text)
