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

from network.importer.vocabulary import BOOLEANS, folded, valve_kind

Column = NDArray[np.object_]
Misread = list[tuple[int, str]]
Value = TypeVar("Value")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
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
    return _CONTROL.sub("", str(value)).strip()


def texts(column: Column) -> Column:
    """Return the column as text."""
    return np.asarray([text_of(value) for value in column.tolist()], dtype=object)


def references(column: Column) -> Column:
    """Return the column as ids; the words for nothing that tables are full of are nothing."""
    found = texts(column)
    nothing = np.isin(found.astype(str), ("null", "NULL", "None", "nan", "NaN"))
    found[nothing] = ""
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
    cache: dict[str, Value | None] = {}
    result = []
    for nth, value in enumerate(column.tolist()):
        text = text_of(value)
        if text not in cache:
            cache[text] = known.get(folded(text))
        found = cache[text]
        if text == "":
            result.append(missing)
        elif found is None:
            misread.append((nth, text))
            result.append(otherwise)
        else:
            result.append(found)
    return result


def kinds(column: Column) -> list[str]:
    """Return valve kinds as they are compared."""
    return [valve_kind(text_of(value)) for value in column.tolist()]


def booleans(column: Column, *, missing: bool, misread: Misread) -> list[bool]:
    """Return the column as yes or no."""
    return words(column, BOOLEANS, otherwise=missing, missing=missing, misread=misread)


def numbers(
    column: Column, misread: Misread, read: Callable[[str], float | None] | None = None
) -> NDArray[np.float64]:
    """Return the column as numbers, NaN for nothing. Not finite or unreadable ones are told."""
    if column.dtype.kind in "iuf":
        found = column.astype(np.float64)
        for nth in np.flatnonzero(np.isinf(found)).tolist():
            misread.append((nth, str(found[nth])))
        found[np.isinf(found)] = np.nan
        return found
    result = np.full(len(column), np.nan)
    for nth, value in enumerate(column.tolist()):
        text = text_of(value)
        if not text:
            continue
        number = (read or plain_number)(text)
        if number is None or not math.isfinite(number):
            misread.append((nth, text))
        else:
            result[nth] = number
    return result


def plain_number(text: str) -> float | None:
    """Return the number a text is, None where it is none."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def diameter(text: str) -> float | None:
    """Return millimetres from DN300, De110, 300mm or 600X300 (the larger side)."""
    rest = _DIAMETER.sub("", text.strip(), count=1)
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
    for nth, value in enumerate(column.tolist()):
        text = text_of(value)
        found = _day(text) if text else None
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


def id_lists(column: Column) -> list[list[str]]:
    """Return lists of ids from JSON lists or texts with commas, semicolons or 、 between."""
    return [_id_list(value) for value in column.tolist()]


def _id_list(value: Any) -> list[str]:
    if isinstance(value, list | tuple | np.ndarray):
        return [text_of(each) for each in value if text_of(each)]
    text = text_of(value)
    if text.startswith("["):
        try:
            return [text_of(each) for each in json.loads(text) if text_of(each)]
        except ValueError:
            text = text.strip("[]")
    return [part.strip().strip("\"'") for part in re.split(r"[,;，；、|]", text) if part.strip()]
