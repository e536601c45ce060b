"""What the agent reads out: short, no promise, the time and what to do in bold.

The texts are for the caller, so they are in the caller's language whatever the screen is in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from network.words import hour_said_zh
from outages.choices import Cause, Effect, Supply
from outages.models import Outage

# (text, is it emphasised)
Said = Sequence[tuple[str, bool]]

CAUSES_ZH: Final[dict[str, str]] = {
    Cause.BURST: "的供水管爆了",
    Cause.LEAK: "的供水管漏水",
    Cause.RENEWAL: "更换老旧水管",
    Cause.CONNECTION: "的新水管要接通",
    Cause.VALVE_WORK: "更换阀门",
    Cause.EQUIPMENT: "的供水设备出了故障",
    Cause.WATER_QUALITY: "冲洗水管",
    Cause.OTHER: "的供水管要紧急维修",
}
CAUSES_EN: Final[dict[str, str]] = {
    Cause.BURST: "a water main burst",
    Cause.LEAK: "a water main leaks",
    Cause.RENEWAL: "an old water main is being replaced",
    Cause.CONNECTION: "a new water main is being connected",
    Cause.VALVE_WORK: "a valve is being replaced",
    Cause.EQUIPMENT: "supply equipment failed",
    Cause.WATER_QUALITY: "mains are being flushed",
    Cause.OTHER: "a water main needs urgent repair",
}
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Script:
    """One way to say it; `key` names it in the page, `lang` is the language it is in."""

    key: str
    label: str | Promise
    lang: str
    said: Said


# The state and the effect of who keeps water, but at little pressure.
WEAK: Final = "weak"

# Why this tap is dry, for who asks: by where it hangs, without a valve's name.
WHY_ZH: Final[dict[str, str]] = {
    WEAK: "您家不停水，只是水压低，楼层高的可能上不去水。",
    Effect.ZONE: "要修的就是给您家供水的那一段水管，关了阀门才能修。",
    Effect.UNINTENDED: "修的不是您家门口的水管，但是您家的水要从那一段过来，所以一起停。",
}
WHY_EN: Final[dict[str, str]] = {
    WEAK: "You keep water, but upper floors may get little or none. ",
    Effect.ZONE: "It is the stretch of main that feeds you: it has to be shut for the repair. ",
    Effect.UNINTENDED: "It is not the main at your door, but your water comes through that one. ",
}


def scripts(state: str, outage: Outage | None, *, now: datetime, effect: str = "") -> list[Script]:
    """Return the variants for a verdict: off, soon, returning, planned, weak, restored or fine.

    `effect` says why the caller's tap is dry, where that is known.
    """
    if effect == Effect.ALREADY_DRY and outage is not None and state in ("off", "soon"):
        return [
            Script("plain", _("Plain"), "zh-Hans", _dry_before_zh()),
            Script("english", "EN", "en", _dry_before_en()),
        ]
    why = WHY_ZH.get(effect, "")
    zh = [
        Script("plain", _("Plain"), "zh-Hans", _plain(state, outage, now, why)),
        Script("upset", _("Upset"), "zh-Hans", _upset(state, outage, now)),
        Script("care", _("Old or ill"), "zh-Hans", _care(state, outage, now)),
    ]
    said = _english(state, outage, now, WHY_EN.get(effect, ""))
    return [*zh, Script("english", "EN", "en", said)]


def _dry_before_zh() -> Said:
    return [
        ("您好，您家那里在这次停水以前就没有水，是别的原因。请先看一下", False),
        ("表前的阀门是不是开着", True),
        ("。我现在就给您登记，转给调度去查。", False),
    ]


def _dry_before_en() -> Said:
    return [
        ("Your water was off before this outage, so the cause is another one. Check ", False),
        ("the stop valve before your meter", True),
        (". I am taking a report now for the dispatcher to look into.", False),
    ]


def _plain(state: str, outage: Outage | None, now: datetime, why: str = "") -> Said:
    if outage is None:
        return [
            ("您好，您这里没有停水记录。请先看一下", False),
            ("表前的阀门是不是开着", True),
            ("，邻居家有没有水。如果还是没水，我现在就给您登记，请师傅去看。", False),
        ]
    if state == "restored":
        return [
            ("您好，您家那里刚恢复供水。", False),
            ("水可能发黄，先放几分钟再用", True),
            ("。如果还是没水，请看一下表前的阀门，我也给您登记。", False),
        ]
    if state == "planned":
        return [
            ("您好，您家那里", False),
            (_window_zh(outage, now), True),
            (f"计划{_off_zh(outage)}，是因为{_cause_zh(outage)}。", False),
            ("请提前存水", True),
            ("，停水时关好水龙头。给您带来不便，非常抱歉。", False),
        ]
    if state == "returning":
        return [
            (f"您好，{outage.place}那里修好了，", False),
            ("正在陆续来水", True),
            ("，高层可能晚半小时。刚来水可能发黄，", False),
            ("先放几分钟再用", True),
            ("。给您带来不便，非常抱歉。", False),
        ]
    begins = "现在" if state in ("off", WEAK) else "马上要"
    return [
        (f"您好，您家{begins}{_off_zh(outage, state)}，是因为", False),
        (_cause_zh(outage), True),
        (f"，师傅正在抢修。{why}", False),
        *_back_zh(outage, now),
        ("给您带来不便，非常抱歉。刚来水时可能发黄，", False),
        ("先放几分钟再用", True),
        ("。", False),
    ]


def _upset(state: str, outage: Outage | None, now: datetime) -> Said:
    if outage is None or state in ("planned", "returning", "restored"):
        return [("让您着急了，非常抱歉。", True), *_plain(state, outage, now)]
    return [
        ("让您着急了，非常抱歉。", True),
        (f"{_cause_zh(outage)}，我们也是突然碰上的，师傅已经在抢修。", False),
        *_back_zh(outage, now),
        ("时间有变化，我们会再通知。您刚才说的我都记下来，转给调度。", False),
    ]


def _care(state: str, outage: Outage | None, now: datetime) -> Said:
    asked = [
        ("家里有", False),
        ("透析、婴儿或行动不便的人", True),
        ("吗？有的话请告诉我，我记下来，马上报给调度。", False),
    ]
    if outage is None or state in ("planned", "returning", "restored"):
        return [*_plain(state, outage, now), *asked]
    begins = "现在" if state in ("off", WEAK) else "马上要"
    return [
        (f"您好，您慢慢说。您家{begins}{_off_zh(outage, state)}，师傅正在修。", False),
        *_back_zh(outage, now),
        *asked,
    ]


def _english(state: str, outage: Outage | None, now: datetime, why: str = "") -> Said:
    if outage is None:
        return [
            ("There is no outage on record at your address. Please check ", False),
            ("the stop valve before your meter", True),
            (". If you are still dry, I will take a report now.", False),
        ]
    place = outage.place_en or outage.place
    cause = CAUSES_EN.get(outage.cause, CAUSES_EN[Cause.OTHER])
    if state in ("returning", "restored"):
        said = "is coming back" if state == "returning" else "is back"
        return [
            (f"Water {said} around {place}. ", False),
            ("It may look brown at first: run it for a few minutes.", True),
            (" We are sorry for the trouble.", False),
        ]
    if state == "planned":
        return [
            ("Your water will be off ", False),
            (_window_en(outage, now), True),
            (f" because {cause}. ", False),
            ("Please store some water.", True),
            (" We are sorry.", False),
        ]
    weak = state == WEAK or outage.supply == Supply.LOW_PRESSURE
    what = "Your pressure is low" if weak else "Your water is off"
    when = outage.estimated_restoration_at
    back: Said = [("We do not know yet when it is back. ", True)]
    if when:
        back = [
            ("We expect it back ", False),
            (f"around {spoken_en(when, now)}", True),
            (". ", False),
        ]
    return [
        (f"{what} because {cause} at {place}. {why}It is being repaired. ", False),
        *back,
        ("We are very sorry. Water may look brown at first: ", False),
        ("run it for a few minutes.", True),
    ]


def _off_zh(outage: Outage, state: str = "") -> str:
    return "水压偏低" if state == WEAK or outage.supply == Supply.LOW_PRESSURE else "停水"


def _cause_zh(outage: Outage) -> str:
    return f"{outage.place}{CAUSES_ZH.get(outage.cause, CAUSES_ZH[Cause.OTHER])}"


def _back_zh(outage: Outage, now: datetime) -> Said:
    when = outage.estimated_restoration_at
    if when is None:
        return [("还不知道几点能恢复。", True)]
    if when < now:
        return [
            ("原来预计", False),
            (spoken_zh(when, now), True),
            ("恢复，现在晚了，新的时间还没定。", False),
        ]
    return [("预计", False), (spoken_zh(when, now), True), ("恢复。", False)]


def _window_zh(outage: Outage, now: datetime) -> str:
    start, end = outage.planned_start_at, outage.planned_end_at
    if start is None or end is None:
        return "近期"
    return f"{spoken_zh(start, now)}到{spoken_zh(end, now)}"


def _window_en(outage: Outage, now: datetime) -> str:
    start, end = outage.planned_start_at, outage.planned_end_at
    if start is None or end is None:
        return "soon"
    return f"from {spoken_en(start, now)} to {spoken_en(end, now)}"


def spoken_zh(at: datetime, now: datetime) -> str:
    """Write a time as it is said: 今天早上 7 点 30 分."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    days = (local.date() - today).days
    names = {0: "今天", 1: "明天", 2: "后天"}
    day = names.get(days, f"{local.month} 月 {local.day} 日")
    part, hour = hour_said_zh(local.hour)
    minutes = f" {local.minute} 分" if local.minute else ""
    return f"{day}{part} {hour} 点{minutes}"


def spoken_en(at: datetime, now: datetime) -> str:
    """Write a time as it is said: 07:30 today, 08:00 on Mon 23 Nov."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    if local.date() == today:
        return f"{local:%H:%M} today"
    if local.date() == today + timedelta(days=1):
        return f"{local:%H:%M} tomorrow"
    return f"{local:%H:%M} on {DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"
