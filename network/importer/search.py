"""What customers are searched by: addresses and names without blanks, and pinyin initials."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_CHINESE = re.compile(r"[㐀-鿿]+")
_BLANKS = re.compile(r"\s+")
_NOT_INITIAL = re.compile(r"[^0-9a-z]+")
LONGEST_INITIALS = 200


def search_text(address: str, name: str) -> str:
    """Return address and name in lower case without blanks."""
    return _BLANKS.sub("", f"{address} {name}").lower()


def search_initials(address: str) -> str:
    """Return the initials of an address: rml128h for 人民路128号."""
    spelled = _CHINESE.sub(lambda run: _initials(run[0]), address.lower())
    return _NOT_INITIAL.sub("", spelled)[:LONGEST_INITIALS]


@lru_cache(maxsize=100_000)
def _initials(run: str) -> str:
    # Whole runs, not single characters: 重庆路 is cql, 重点 is zd. Streets repeat, so it is cheap.
    return "".join(lazy_pinyin(run, style=Style.FIRST_LETTER, errors="ignore"))
