"""How assets are worded on staff screens. Texts and small values only."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
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
GROUNDS: Final[dict[str, Text]] = {
    "carriageway": _("carriageway"),
    "pavement": _("pavement"),
    "verge": _("verge"),
    "green": _("verge"),
    "yard": _("yard"),
    "field": _("open ground"),
}
# The trade's own words come from the source file in Chinese; English ones are for reading only.
MATERIALS: Final[dict[str, str]] = {
    "球墨铸铁": "ductile iron",
    "灰口铸铁": "grey cast iron",
    "灰铸铁": "grey cast iron",
    "钢": "steel",
    "镀锌": "galvanised steel",
    "镀锌钢": "galvanised steel",
    "镀锌钢管": "galvanised steel",
    "水泥": "concrete",
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


def is_chinese() -> bool:
    """Whether the page is being written in Chinese."""
    return (get_language() or "zh").startswith("zh")


def local(chinese: str, english: str) -> str:
    """Return the text in the active language, and the other one where it is missing."""
    return (chinese or english) if is_chinese() else (english or chinese)


def word(words: Mapping[str, Text], value: str) -> str:
    """Return the word for a coded value, and the value itself where there is none."""
    return str(words.get(value, value))


def material(value: str) -> str:
    """Name a pipe's material."""
    return value if is_chinese() else MATERIALS.get(value, value)


def bore(diameter_mm: float | None) -> str:
    """Write a diameter: DN400; nothing where it is not known."""
    return f"DN{diameter_mm:.0f}" if diameter_mm else ""


def occasion(text: str) -> str:
    """Say what a change was recorded for."""
    name, _blank, rest = text.partition(" ")
    if name == "import" and rest:
        return gettext("import %(revision)s") % {"revision": rest}
    if name == "plan" and rest:
        return gettext("plan %(plan)s") % {"plan": rest}
    return word(OCCASIONS, text)
