"""What is off, in sentences that a telephone system reads to callers before anybody answers.

The same published facts as the page, both languages beside each other. Times are said as people
say them; one that has passed is never promised again; news that are old are not read at all.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone, translation

from layers.public.reading import PublicOutage, PublicState, read_state
from network.words import hour_said_zh

LANGUAGES: Final = {"zh": "zh-hans", "en": "en"}
# Callers do not wait through more; the rest is told by number.
MOST_TOLD: Final = 6
# Planned works further ahead are nobody's reason to call now.
PLANNED_WITHIN: Final = timedelta(hours=48)
WEEKDAYS_ZH: Final = "一二三四五六日"
WEEKDAYS_EN: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
MONTHS_EN: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
OLD: Final = {
    "zh": "停水信息正在更新，请稍候，由人工为您查询。",
    "en": "Outage news are being updated. Please hold for an agent.",
}
NOTHING: Final = {
    "zh": "目前没有停水。如果您家没水，请稍候，由人工为您查询。",
    "en": "No water is off at this moment. If you have none, please hold for an agent.",
}


def announcement(*, at: datetime) -> dict[str, Any]:
    """Return what to read out at a moment, as JSON: each language whole, and place by place."""
    spoken = {}
    for code, language in LANGUAGES.items():
        with translation.override(language):
            state = read_state()
        spoken[code] = _spoken(state, code, at)
    return {
        "generated_at": state.generated_at.isoformat() if state.generated_at else None,
        "valid_until": state.valid_until.isoformat() if state.valid_until else None,
        "is_stale": state.is_stale(at),
        **spoken,
    }


def _spoken(state: PublicState, language: str, at: datetime) -> dict[str, Any]:
    if state.is_stale(at):
        return {"text": OLD[language], "places": []}
    told = list(_worth_telling(state, at))
    places = [
        {"code": each.code, "status": each.status, "text": sentence(each, language, at)}
        for each in told[:MOST_TOLD]
    ]
    lines = [str(place["text"]) for place in places] or [NOTHING[language]]
    if more := len(told) - len(places):
        lines.append(_more(more, language))
    return {"text": ("" if language == "zh" else " ").join(lines), "places": places}


def _worth_telling(state: PublicState, at: datetime) -> Iterable[PublicOutage]:
    yield from state.of_status("off", "returning")
    for planned in state.of_status("planned"):
        if planned.starts_at is not None and planned.starts_at <= at + PLANNED_WITHIN:
            yield planned
    yield from state.of_status("restored")


def sentence(outage: PublicOutage, language: str, at: datetime) -> str:
    """Say one outage in a language (`zh`, `en`): where, why, until when and what to do."""
    said = {"zh": _sentence_zh, "en": _sentence_en}[language](outage, at)
    return said.replace("…", " ")


def _sentence_zh(outage: PublicOutage, at: datetime) -> str:
    where, why = outage.place, outage.cause
    if outage.status == "restored":
        return f"{where}，已恢复供水。"
    if outage.status == "planned":
        start, end = moment_zh(outage.starts_at, at), moment_zh(outage.ends_at, at)
        until = f"，预计{end}恢复" if end else ""
        return f"{where}，{start}起计划停水{until}，原因是{why}。{outage.advice}"
    what = "正在陆续来水" if outage.status == "returning" else _state_zh(outage)
    return f"{where}，{why}，{what}，{_until_zh(outage, at)}。给您带来不便，非常抱歉。"


def _state_zh(outage: PublicOutage) -> str:
    return "水压偏低" if outage.supply == "low_pressure" else "正在停水"


def _until_zh(outage: PublicOutage, at: datetime) -> str:
    if outage.eta is None or outage.eta <= at:
        return "恢复时间还没确定，确定后马上更新"
    return f"预计{moment_zh(outage.eta, at)}恢复"


def _sentence_en(outage: PublicOutage, at: datetime) -> str:
    where, why = outage.place, outage.cause
    if outage.status == "restored":
        return f"{where}: supply is back."
    if outage.status == "planned":
        start, end = moment_en(outage.starts_at, at), moment_en(outage.ends_at, at)
        until = f", expected back {end}" if end else ""
        return f"{where}: water is planned to be off from {start}{until}. {why}. {outage.advice}"
    what = "water is coming back" if outage.status == "returning" else _state_en(outage)
    return f"{where}: {what}. {why}. {_until_en(outage, at)} We are sorry."


def _state_en(outage: PublicOutage) -> str:
    return "pressure is low" if outage.supply == "low_pressure" else "water is off"


def _until_en(outage: PublicOutage, at: datetime) -> str:
    if outage.eta is None or outage.eta <= at:
        return "There is no time yet; it will be told here as soon as it is known."
    return f"Expected back around {moment_en(outage.eta, at)}."


def _more(count: int, language: str) -> str:
    if language == "zh":
        return f"另有{count}处停水，请稍候，由人工为您查询。"
    return f"{count} more places are concerned. Please hold for an agent."


def moment_zh(moment: datetime | None, at: datetime) -> str:
    """Say an instant in Chinese: 今天早上7点30分; empty for none."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    part, hour = hour_said_zh(local.hour)
    minute = f"{local.minute}分" if local.minute else ""
    days = {0: "今天", 1: "明天"}
    day = f"{local.month}月{local.day}日星期{WEEKDAYS_ZH[local.weekday()]}"
    return f"{days.get(_days_ahead(local.date(), at), day)}{part}{hour}点{minute}"


def moment_en(moment: datetime | None, at: datetime) -> str:
    """Say an instant in English: 7:30 a.m. today; empty for none."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    half = "a.m." if local.hour < 12 else "p.m."
    hour = local.hour % 12 or 12
    minute = f":{local.minute:02d}" if local.minute else ""
    days = {0: "today", 1: "tomorrow"}
    day = f"on {WEEKDAYS_EN[local.weekday()]}, {local.day} {MONTHS_EN[local.month - 1]}"
    return f"{hour}{minute} {half} {days.get(_days_ahead(local.date(), at), day)}"


def _days_ahead(day: date, at: datetime) -> int:
    return (day - timezone.localtime(at).date()).days
