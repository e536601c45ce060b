"""What the public is told, in both languages: short, plain, never a promise.

These are data of the published files and not of a page, so both languages travel together.
"""

import re
import unicodedata
from typing import Final

from outages.choices import Cause, Supply

Both = dict[str, str]

CAUSES: Final[dict[str, Both]] = {
    Cause.BURST: {"zh": "供水管爆裂，正在抢修", "en": "A water main burst and is being repaired"},
    Cause.LEAK: {"zh": "供水管漏水，正在抢修", "en": "A water main leaks and is being repaired"},
    Cause.RENEWAL: {"zh": "更换老旧水管", "en": "An old water main is being replaced"},
    Cause.CONNECTION: {"zh": "新水管接通", "en": "A new water main is being connected"},
    Cause.VALVE_WORK: {"zh": "更换阀门", "en": "A valve is being replaced"},
    Cause.EQUIPMENT: {"zh": "供水设备故障，正在抢修", "en": "Water supply equipment failed"},
    Cause.WATER_QUALITY: {"zh": "冲洗水管，保证水质", "en": "Mains are being flushed"},
    Cause.OTHER: {"zh": "供水管紧急维修", "en": "Urgent repair of a water main"},
}
# Planned works are announced, not under way.
PLANNED_CAUSES: Final[dict[str, Both]] = CAUSES | {
    Cause.BURST: {"zh": "供水管维修", "en": "Repair of a water main"},
    Cause.LEAK: {"zh": "供水管维修", "en": "Repair of a water main"},
    Cause.EQUIPMENT: {"zh": "供水设备检修", "en": "Maintenance of water supply equipment"},
    Cause.OTHER: {"zh": "供水管维修", "en": "Repair of a water main"},
}
# What is over is not being repaired any more.
PAST_CAUSES: Final[dict[str, Both]] = CAUSES | {
    Cause.BURST: {"zh": "供水管爆裂，已修好", "en": "A burst water main, repaired by now"},
    Cause.LEAK: {"zh": "供水管漏水，已修好", "en": "A leaking water main, repaired by now"},
    Cause.RENEWAL: {"zh": "老旧水管已更换", "en": "An old water main was replaced"},
    Cause.CONNECTION: {"zh": "新水管已接通", "en": "A new water main was connected"},
    Cause.VALVE_WORK: {"zh": "阀门已更换", "en": "A valve was replaced"},
    Cause.EQUIPMENT: {"zh": "供水设备故障，已修好", "en": "Water supply equipment was repaired"},
    Cause.WATER_QUALITY: {"zh": "水管已冲洗", "en": "Mains were flushed"},
    Cause.OTHER: {"zh": "供水管维修，已完成", "en": "Repair of a water main, finished"},
}

ADVICE: Final[dict[str, Both]] = {
    "off": {
        "zh": "请先关好水龙头。刚来水可能发黄，放几分钟再用。",
        "en": "Turn taps off. Water may look brown at first: run it for a few minutes.",
    },
    "low": {
        "zh": "水压偏低，高层可能没水，请提前存水。",
        "en": "Pressure is low and upper floors may have no water. Please store some.",
    },
    "returning": {
        "zh": "正在陆续来水，高层可能晚半小时。刚来水可能发黄，放几分钟再用。",
        "en": "Water is coming back, upper floors up to half an hour later. "
        "It may look brown at first: run it for a few minutes.",
    },
    "planned": {
        "zh": "请提前存水，停水时关好水龙头。",
        "en": "Please store water, and keep taps closed while it is off.",
    },
    "restored": {
        "zh": "已恢复供水。刚来水可能发黄，放几分钟再用。",
        "en": "Supply is back. Water may look brown at first: run it for a few minutes.",
    },
}

# Pasted out of a spreadsheet or a PDF these come unseen, and no XML may hold them.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Free text is written for the public, but written in haste: what looks like an asset, an account
# or a telephone number does not get out.
_LOOKS_INTERNAL = re.compile(r"\b[A-Za-z]{1,4}-?\d{3,}\b|(?<!\d)\d[\d\- ]{6,}\d(?!\d)")


def cause_text(cause: str, *, planned: bool, is_over: bool = False) -> Both:
    """The cause in plain words: to come, under way, or over."""
    texts = PAST_CAUSES if is_over else PLANNED_CAUSES if planned else CAUSES
    return texts.get(cause, texts[Cause.OTHER])


def advice_text(status: str, supply: str) -> Both:
    """What to do."""
    if status == "off" and supply == Supply.LOW_PRESSURE:
        return ADVICE["low"]
    return ADVICE[status]


def both(zh: str, en: str) -> Both:
    """A text in two languages, each without what looks internal; English falls back on Chinese."""
    return {"zh": plain(zh), "en": plain(en or zh)}


def printable(text: str) -> str:
    """Text with blanks for the characters that nobody sees and no feed can hold."""
    return _UNPRINTABLE.sub(" ", text)


def plain(text: str) -> str:
    """Text that somebody typed, fit for the public: one line, no codes, no telephone numbers."""
    line = " ".join(printable(unicodedata.normalize("NFC", text)).split())
    return _LOOKS_INTERNAL.sub("…", line)
