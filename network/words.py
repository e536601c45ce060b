"""The reader's language, and the trade's own words in it."""

from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

GROUNDS: Final[dict[str, str | Promise]] = {
    "carriageway": _("carriageway"),
    "pavement": _("pavement"),
    "verge": _("verge"),
    "green": _("verge"),
    "yard": _("yard"),
    "field": _("open ground"),
}
# The trade's own words come from the source file in Chinese; English ones are for reading only.
_MATERIALS: Final[dict[str, str]] = {
    "球墨铸铁": "ductile iron",
    "灰口铸铁": "grey cast iron",
    "灰铸铁": "grey cast iron",
    "钢": "steel",
    "镀锌": "galvanised steel",
    "镀锌钢": "galvanised steel",
    "镀锌钢管": "galvanised steel",
    "水泥": "concrete",
}

# From which hour on a part of the day is called so.
_PARTS_ZH: Final = ((18, "晚上"), (13, "下午"), (12, "中午"), (9, "上午"), (6, "早上"), (0, "凌晨"))


def is_chinese() -> bool:
    """Whether the page is being written in Chinese, as it is where no language is in force."""
    return (get_language() or "zh").startswith("zh")


def page_language() -> str:
    """Return what an HTML page names as its language: zh-Hans or en."""
    return "zh-Hans" if is_chinese() else "en"


def local(chinese: str, english: str) -> str:
    """Return the text in the active language, and the other one where it is missing."""
    return (chinese or english) if is_chinese() else (english or chinese)


def material(value: str) -> str:
    """Name a pipe's material."""
    return value if is_chinese() else _MATERIALS.get(value, value)


def bore(diameter_mm: float | None) -> str:
    """Write a diameter: DN400; nothing where it is not known."""
    return f"DN{diameter_mm:.0f}" if diameter_mm else ""


def utility_name() -> str:
    """Return the utility's name in the page's language."""
    return local(settings.UTILITY_NAME["zh-hans"], settings.UTILITY_NAME["en"])


def hour_said_zh(hour: int) -> tuple[str, int]:
    """Return an hour, 0 to 23, as people say it: the part of the day and 0 to 12."""
    part = next(name for start, name in _PARTS_ZH if hour >= start)
    return part, hour - 12 if hour > 12 else hour
