"""Cases of `manage isolate` as they are handed in: a file of lines, options, ids, places.

Whatever a line holds, it is answered on its line and the others go on.
"""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

# What-if lists of a batch line, and the keywords of NetworkState.with_changes they become.
WHAT_IF = {
    "closed": "closed",
    "open": "opened",
    "inoperable": "inoperable",
    "inactive_sources": "inactive_sources",
}
PLACES = ("pipe", "pipes", "at")
# Options of one value each, which may begin with a minus: a place in the west, an id.
_ONE_VALUE = frozenset(("--at", "--pipe"))
_MARK = b"\xef\xbb\xbf"  # what some editors put before UTF-8


class BadCase(ValueError):
    """A case that cannot be asked; its message is the answer on its line."""


def joined_values(argv: Iterable[str]) -> Iterator[str]:
    """Yield arguments with `--at -70.6,-33.4` as one: alone, the place looks like an option."""
    rest = iter(argv)
    for argument in rest:
        value = next(rest, None) if argument in _ONE_VALUE else None
        yield argument if value is None else f"{argument}={value}"


def lines_of(batch: str) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file ("-" is standard input) that hold anything, with their numbers.

    Only a line feed ends a line: a text may hold any other separator. Raises OSError.
    """
    content = sys.stdin.buffer.read() if batch == "-" else Path(batch).read_bytes()
    for number, line in enumerate(content.removeprefix(_MARK).split(b"\n"), start=1):
        if line.strip():
            yield number, line


def case_of_line(number: int, line: bytes) -> dict[str, Any]:
    """Return the case on a line. Raises BadCase."""
    try:
        case = json.loads(line.decode())
        # What came in has to go out again: no NaN, no half of a surrogate pair.
        json.dumps(case, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeDecodeError as error:
        msg = f"line {number} is not UTF-8"
        raise BadCase(msg) from error
    except json.JSONDecodeError as error:
        msg = f"line {number} is not JSON: {error.msg}"
        raise BadCase(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"line {number} cannot be read: {error}".encode(errors="replace").decode()
        raise BadCase(msg) from error
    if not isinstance(case, dict):
        msg = f"line {number}: a case must be a JSON object"
        raise BadCase(msg)
    return case


def place_named(case: dict[str, Any]) -> str:
    """Return which of pipe, pipes and at names the burst. Raises BadCase."""
    named = [place for place in PLACES if case.get(place) not in (None, [])]
    if len(named) != 1:
        msg = "name the burst by exactly one of pipe, pipes and at"
        raise BadCase(msg)
    return named[0]


def id_of(value: object, name: str) -> str:
    """Return an id as the network has it: 12, 12.0 and "12" are one. Raises BadCase."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        msg = f"{name}: an id is text or a number, not {json.dumps(value, ensure_ascii=False)}"
        raise BadCase(msg)
    found = str(value)
    if "\0" in found or found.encode(errors="replace").decode() != found:
        msg = f"{name}: {found!a} is no text that an id could be"
        raise BadCase(msg)
    return found


def ids_of(case: dict[str, Any], name: str) -> list[str]:
    """Return a list of ids, empty where the case has none. Raises BadCase."""
    value = case.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        msg = f"{name} must be a list of ids"
        raise BadCase(msg)
    return [id_of(each, name) for each in value]


def check_contradiction(changes: Mapping[str, list[str]]) -> None:
    """Refuse what-if lists that name a valve both closed and open. Raises BadCase."""
    both = sorted({*changes["closed"]} & {*changes["opened"]})
    if both:
        msg = f"both closed and open: {', '.join(both)}"
        raise BadCase(msg)


def lon_lat(at: object) -> tuple[float, float]:
    """Return a place in degrees (EPSG:4326). Raises BadCase."""
    try:
        if not isinstance(at, list):
            raise TypeError
        lon, lat = (float(each) for each in at)
    except (TypeError, ValueError, OverflowError):
        msg = f"at must be [lon, lat], not {json.dumps(at, ensure_ascii=False)}"
        raise BadCase(msg) from None
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        msg = f"at must be degrees [lon, lat] (EPSG:4326), not {at!r}"
        raise BadCase(msg)
    return lon, lat
