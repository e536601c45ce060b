"""The words of a notice, in both languages, made from the outage's data alone.

Plain words: a street, times, a cause, what to do. No valve, no pipe, no person. A required
field without a value stops the notice (MissingNoticeField): nothing half-said goes out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from outages.choices import Cause, NoticeKind, Supply
from outages.workflow import Refused


class MissingNoticeField(Refused):
    """A notice cannot say something it must; `field` names it (area_zh, start, …)."""

    codes = ("notice_field_missing",)

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field=field)


@dataclass(frozen=True, kw_only=True)
class NoticeFields:
    """What a notice is made from (PUB-12). Times are timezone-aware; texts are public."""

    kind: str
    is_planned: bool
    cause: str
    supply: str
    area_zh: str
    area_en: str
    start: datetime | None
    end: datetime | None
    estimated_restoration: datetime | None
    restored: datetime | None
    hotline: str
    water_zh: str = ""  # where to fetch water meanwhile
    water_en: str = ""
    is_retimed: bool = True  # an update changes the time that people were told
    why_zh: str = ""  # why a time changed
    why_en: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what `OutageNotice.fields` stores."""
        stored = dict(vars(self))
        for name in ("start", "end", "estimated_restoration", "restored"):
            stored[name] = stored[name].isoformat() if stored[name] else None
        return stored | {
            "reason_zh": CAUSE_WORDS.get(self.cause, ("", ""))[0],
            "reason_en": CAUSE_WORDS.get(self.cause, ("", ""))[1],
            "advice_zh": ADVICE[self.is_planned][0],
            "advice_en": ADVICE[self.is_planned][1],
            "apology_zh": APOLOGY[0],
            "apology_en": APOLOGY[1],
        }


@dataclass(frozen=True)
class NoticeTexts:
    """A notice in words; `text` for page and e-mail, `sms` with the utility's signature."""

    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    sms_zh: str
    sms_en: str


CAUSE_WORDS: dict[str, tuple[str, str]] = {
    Cause.BURST: ("供水管道爆裂抢修", "a burst water main"),
    Cause.LEAK: ("供水管道漏水抢修", "a leaking water main"),
    Cause.RENEWAL: ("供水管道更新改造", "water main renewal"),
    Cause.CONNECTION: ("新建供水管道接通", "connection of a new water main"),
    Cause.VALVE_WORK: ("供水设施更换", "replacement of network equipment"),
    Cause.EQUIPMENT: ("供水设备故障", "an equipment failure"),
    Cause.WATER_QUALITY: ("水质处理", "water quality measures"),
    Cause.OTHER: ("供水设施抢修", "urgent repair works"),
}
SUPPLY_WORDS: dict[str, tuple[str, str]] = {
    Supply.NO_WATER: ("停水", "off"),
    Supply.LOW_PRESSURE: ("减压供水", "at reduced pressure"),
}
# By "is planned": before a planned stop there is time to store water.
ADVICE = {
    True: ("请提前储水，并关好水龙头。", "Please store water beforehand and keep your taps shut."),
    False: (
        "请关好水龙头，有水的用户请适量储水。刚来水可能发黄，放几分钟再用。",
        "Please keep your taps shut and store some water while you have it. "
        "Water may look brown at first: let it run for a few minutes.",
    ),
}
APOLOGY = ("由此带来的不便，敬请谅解。", "We are sorry for the inconvenience.")

_ALWAYS = ("area_zh", "area_en", "hotline")
_OFF = (*_ALWAYS, "cause", "supply", "start", "end", "estimated_restoration")
REQUIRED: dict[str, tuple[str, ...]] = {
    NoticeKind.FIRST: _OFF,
    NoticeKind.UPDATE: _OFF,
    NoticeKind.CORRECTION: _ALWAYS,
    NoticeKind.ALL_CLEAR: (*_ALWAYS, "restored"),
    NoticeKind.CANCELLATION: (*_ALWAYS, "start", "end"),
}


def render(fields: NoticeFields) -> NoticeTexts:
    """Write the notice. Raises MissingNoticeField for a required value that is not there."""
    for name in REQUIRED[fields.kind]:
        if not getattr(fields, name):
            raise MissingNoticeField(name)
    if fields.kind == NoticeKind.ALL_CLEAR:
        zh, en = _all_clear(fields)
    elif fields.kind == NoticeKind.CANCELLATION:
        zh, en = _cancellation(fields)
    elif fields.kind == NoticeKind.CORRECTION:
        zh, en = _correction(fields)
    else:
        zh, en = _stoppage(fields)
    hotline_zh = f"供水服务热线：{fields.hotline}。"
    hotline_en = f"Water service hotline: {fields.hotline}."
    return NoticeTexts(
        title_zh=_title_zh(fields)[:120],
        title_en=_title_en(fields)[:120],
        text_zh=f"{zh}{hotline_zh}",
        text_en=f"{en} {hotline_en}",
        sms_zh=f"【{settings.UTILITY_NAME['zh-hans']}】{zh}{hotline_zh}",
        sms_en=f"[{settings.UTILITY_NAME['en']}] {en} {hotline_en}",
    )


def _stoppage(f: NoticeFields) -> tuple[str, str]:
    assert f.start and f.end and f.estimated_restoration
    reason, supply = CAUSE_WORDS[f.cause], SUPPLY_WORDS[f.supply]
    advice = ADVICE[f.is_planned]
    back_zh, back_en = moment_zh(f.estimated_restoration), moment_en(f.estimated_restoration)
    news_zh, news_en = _news(f) if f.kind == NoticeKind.UPDATE else ("", "")
    if f.is_planned:
        zh = (
            f"尊敬的用户：因{reason[0]}，{f.area_zh}将于{moment_zh(f.start)}至{moment_zh(f.end)}"
            f"{supply[0]}，预计{back_zh}恢复供水。"
        )
        en = (
            f"Because of {reason[1]}, water in {f.area_en} will be {supply[1]} from "
            f"{moment_en(f.start)} to {moment_en(f.end)}. We expect it back around {back_en}. "
        )
    else:
        zh = (
            f"{f.area_zh}因{reason[0]}，自{moment_zh(f.start)}起{supply[0]}，"
            f"预计{back_zh}恢复供水。"
        )
        en = (
            f"Because of {reason[1]}, water in {f.area_en} has been {supply[1]} since "
            f"{moment_en(f.start)}. We expect it back around {back_en}. "
        )
    water_zh = f"临时取水点：{f.water_zh}。" if f.water_zh else ""
    water_en = f"Water is handed out at: {f.water_en}. " if f.water_en else ""
    return (
        f"{news_zh}{zh}{advice[0]}{water_zh}{APOLOGY[0]}",
        f"{news_en}{en}{advice[1]} {water_en}{APOLOGY[1]}",
    )


def _news(f: NoticeFields) -> tuple[str, str]:
    """Say what is new: the time, and why, or what stands in the rest of the notice."""
    if not f.is_retimed:
        return "停水信息有更新。", "There is news of this stoppage. "
    return (
        f"时间有变：{f.why_zh}。" if f.why_zh else "时间有变。",
        f"The time has changed: {f.why_en}. " if f.why_en else "The time has changed. ",
    )


def _all_clear(f: NoticeFields) -> tuple[str, str]:
    assert f.restored
    return (
        f"{f.area_zh}已于{moment_zh(f.restored)}恢复供水。刚来水可能发黄，放几分钟再用。"
        f"{APOLOGY[0]}感谢您的理解与支持。",
        f"Water is back in {f.area_en} since {moment_en(f.restored)}. It may look brown at first: "
        f"let it run for a few minutes. {APOLOGY[1]} Thank you for your patience.",
    )


def _cancellation(f: NoticeFields) -> tuple[str, str]:
    assert f.start and f.end
    return (
        f"原定{moment_zh(f.start)}至{moment_zh(f.end)}{f.area_zh}的停水已取消。{APOLOGY[0]}",
        f"The stoppage planned for {f.area_en} from {moment_en(f.start)} to {moment_en(f.end)} "
        f"is called off. {APOLOGY[1]}",
    )


def _correction(f: NoticeFields) -> tuple[str, str]:
    """Tell those whom a new plan spares; whether their taps ever ran dry is not known to us."""
    return (
        f"{f.area_zh}停水范围已缩小，您处已不在范围内：供水照常，如已停水现已恢复。"
        f"此前的停水通知请勿再理会。{APOLOGY[0]}",
        f"Fewer homes around {f.area_en} lose water than we told you, and yours is no longer among "
        "them: your supply stays on, or is back if it was off. Please disregard our earlier "
        f"message. {APOLOGY[1]}",
    )


def _title_zh(f: NoticeFields) -> str:
    names = {
        NoticeKind.FIRST: "计划停水通知" if f.is_planned else "抢修停水公告",
        NoticeKind.UPDATE: "停水时间变更" if f.is_retimed else "停水信息更新",
        NoticeKind.CORRECTION: "停水范围更正",
        NoticeKind.ALL_CLEAR: "恢复供水公告",
        NoticeKind.CANCELLATION: "停水取消通知",
    }
    return f"{names[NoticeKind(f.kind)]}：{f.area_zh}"


def _title_en(f: NoticeFields) -> str:
    names = {
        NoticeKind.FIRST: "Planned water stoppage" if f.is_planned else "Water off: urgent repair",
        NoticeKind.UPDATE: "Change of time" if f.is_retimed else "News of the stoppage",
        NoticeKind.CORRECTION: "You keep your water",
        NoticeKind.ALL_CLEAR: "Water is back",
        NoticeKind.CANCELLATION: "Stoppage called off",
    }
    return f"{names[NoticeKind(f.kind)]}: {f.area_en}"


def moment_zh(at: datetime) -> str:
    """Write a time as 11月22日07:30, in the utility's time zone."""
    here = timezone.localtime(at, timezone.get_default_timezone())
    return f"{here.month}月{here.day}日{here:%H:%M}"


def moment_en(at: datetime) -> str:
    """Write a time as Sun 22 Nov 07:30, in the utility's time zone."""
    here = timezone.localtime(at, timezone.get_default_timezone())
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[here.weekday()]
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
        here.month - 1
    ]
    return f"{day} {here.day} {month} {here:%H:%M}"
