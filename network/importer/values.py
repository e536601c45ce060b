"""Turn columns of anything into columns of what our records hold.

Every function returns a column of the same length; what could not be understood is told through
`misread`, a list of (row, value) that the caller makes findings of.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from network.importer.packed import Column, Packed, clean
from network.importer.vocabulary import folded, valve_kind

Misread = list[tuple[int, str]]
Value = TypeVar("Value")

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+")
_DIAMETER = re.compile(r"^(?:dn|de|d|φ|Φ|ø|管径)?\s*", re.IGNORECASE)


def text_of(value: Any) -> str:
    """Return a value as text; "" for nothing. A whole number stays whole: 1115, not 1115.0."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 2**63 else repr(number)
    if isinstance(value, list | tuple | np.ndarray):
        return json.dumps([text_of(each) for each in value], ensure_ascii=False)
    return clean(str(value))


_NO_REFERENCE = frozenset(("null", "NULL", "None", "nan", "NaN"))


def texts(column: Column) -> Packed:
    """Return the column as text."""
    return column if isinstance(column, Packed) else Packed.of(map(text_of, column.tolist()))


def references(column: Column) -> NDArray[np.object_]:
    """Return the column as ids; the words for nothing that tables are full of are nothing.

    Neighbours that name the same thing share one string.
    """
    found = np.empty(len(column), dtype=object)
    start = 0
    for block in texts(column).blocks():
        seen = {text: text for text in block}
        for word in _NO_REFERENCE & seen.keys():
            seen[word] = ""
        found[start : start + len(block)] = [seen[text] for text in block]
        start += len(block)
    return found


def words(
    column: Column,
    known: Mapping[str, Value],
    *,
    otherwise: Value,
    missing: Value,
    misread: Misread,
) -> list[Value]:
    """Look every value up among the known words; unknown ones become `otherwise` and are told."""
    given = texts(column)
    # What was once a column of numbers says 1.0 for 1.
    cache = {text: known.get(folded(text).removesuffix(".0")) for text in distinct(given)}
    cache[""] = missing
    strange = {text for text, found in cache.items() if found is None}
    if strange:
        misread.extend((nth, text) for nth, text in enumerate(given) if text in strange)
        cache |= dict.fromkeys(strange, otherwise)
    return [cache[text] for text in given]  # type: ignore[misc]  # no None is left in it


def distinct(column: Packed) -> set[str]:
    """Return the texts that a column holds, each once."""
    found: set[str] = set()
    for block in column.blocks():
        found.update(block)
    return found


def kinds(column: Column) -> list[str]:
    """Return valve kinds as they are compared."""
    given = texts(column)
    cache = {text: valve_kind(text) for text in distinct(given)}
    return [cache[text] for text in given]


def numbers(
    column: Column, misread: Misread, read: Callable[[str], float | None] | None = None
) -> NDArray[np.float64]:
    """Return the column as numbers, NaN for nothing. Not finite or unreadable ones are told."""
    if not isinstance(column, Packed) and column.dtype.kind in "iuf":
        found = column.astype(np.float64)
        for nth in np.flatnonzero(np.isinf(found)).tolist():
            misread.append((nth, str(found[nth])))
        found[np.isinf(found)] = np.nan
        return found
    result = np.full(len(column), np.nan)
    start = 0
    for block in texts(column).blocks():
        known = {text: _finite((read or plain_number)(text)) for text in {*block} - {""}}
        for text in [text for text, number in known.items() if number is None]:
            misread.extend((start + nth, text) for nth, each in enumerate(block) if each == text)
        known[""] = None
        result[start : start + len(block)] = [known[text] for text in block]  # None becomes NaN
        start += len(block)
    misread.sort()
    return result


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def plain_number(text: str) -> float | None:
    """Return the number a text is, None where it is none: 1,250 by thousands, 12,5 a decimal."""
    try:
        return float(_with_point(text))
    except ValueError:
        return None


_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?(?!\d|,)")
_DECIMAL_COMMA = re.compile(r"([-+]?\d+),(\d{1,2}|\d{4,})(?![\d,.])")


def _with_point(text: str) -> str:
    """Return a number's text as Python reads it, whichever way commas are used in it."""
    if _THOUSANDS.match(text):
        return text.replace(",", "")
    return _DECIMAL_COMMA.sub(r"\1.\2", text) if text.count(",") == 1 else text


def diameter(text: str) -> float | None:
    """Return millimetres from DN300, De110, 300mm or 600X300 (the larger side)."""
    rest = _with_point(_DIAMETER.sub("", text.strip(), count=1))
    sides = [float(number) for number in _NUMBER.findall(rest)]
    return max(sides) if sides else None


def year(text: str) -> float | None:
    """Return the year in 1998, 1998-05-01 or 1998年."""
    match = re.match(r"\s*(\d{4})", text)
    return float(match[1]) if match else None


_DATE = re.compile(r"\s*(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})|(\d{2})(\d{2}))(?!\d)")


def dates(column: Column, misread: Misread) -> list[date | None]:
    """Return the column as days: 2026-11-21 (with a time or not), 2026/11/21, 20261121."""
    result: list[date | None] = []
    known: dict[str, date | None] = {}
    for nth, text in enumerate(texts(column)):
        if text not in known:
            known[text] = _day(text) if text else None
        found = known[text]
        if text and text != "NaT" and found is None:
            misread.append((nth, text))
        result.append(found)
    return result


def _day(text: str) -> date | None:
    match = _DATE.match(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
    except ValueError:
        return None


def id_lists(column: Column, known: NDArray[np.object_]) -> list[list[str]]:
    """Return lists of ids from JSON lists or texts with commas, semicolons or 、 between.

    Where that names what is not `known`, but the text as one id does, or its words or what it has
    in brackets do, it is read like that.
    """
    read = [_readings(value) for value in column.tolist()]
    named = {each for readings in read if len(readings) > 1 for ids in readings for each in ids}
    # One pass over all pipes, whatever the number of lists: there may be a million.
    there = {each for each in known if each in named} if named else set()
    return [
        next((ids for ids in readings if ids and there.issuperset(ids)), readings[0])
        for readings in read
    ]


def _readings(value: Any) -> list[list[str]]:
    """Return the ways in which a value may be read, the likeliest first; one if it is plain."""
    if isinstance(value, list | tuple | np.ndarray):
        return [[text_of(each) for each in value if text_of(each)]]
    text = text_of(value)
    if text.startswith("["):
        try:
            return [[text_of(each) for each in json.loads(text) if text_of(each)]]
        except ValueError:
            text = text.strip("[]")
    inside = text.strip("{}()")
    return [_parts(text), [text], _parts(inside), inside.split()] if text else [[]]


def _parts(text: str) -> list[str]:
    return [_unquoted(part) for part in re.split(r"[,;，；、|]", text) if part.strip()]


def _unquoted(part: str) -> str:
    text = part.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text
