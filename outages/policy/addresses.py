"""How people are reached: one way to write a number or an address, so that equal ones are equal."""

import re
from typing import Final
from unicodedata import normalize

# A mainland mobile number, with or without country code; others get no SMS.
_MOBILE = re.compile(r"(?:\+?86)?(1[0-9]{10})")
_BETWEEN = re.compile(r"[\s()-]")
# A number with fewer figures is nobody's.
FEWEST_FIGURES: Final = 6


def mobile_number(phone: str) -> str:
    """Return a mobile number as +86…, or "" if it is none."""
    match = _MOBILE.fullmatch(_BETWEEN.sub("", _narrow(phone)))
    return f"+86{match[1]}" if match else ""


def written_phone(phone: str) -> str:
    """Return a number as it is kept: a mobile one as eleven figures, others as they were written.

    Figures that a Chinese keyboard made wide are figures like any other.
    """
    return mobile_number(phone)[3:] or " ".join(_narrow(phone).split())


def same_phone(phone: str) -> str:
    """Return what is equal for two spellings of one number, "" where there is none.

    A mobile number's eleven figures, of others all figures: blanks, hyphens and a country's code
    are written by one and left out by the next.
    """
    figures = mobile_number(phone)[3:] or re.sub(r"[^0-9]", "", _narrow(phone))
    return figures if len(figures) >= FEWEST_FIGURES else ""


def mask_phone(phone: str) -> str:
    """Hide the middle of a phone number: 138****2207, our country's with its prefix or without."""
    shown = phone.strip().removeprefix("+86")
    if len(shown) < 7:
        return "*" * len(shown)
    return f"{shown[:3]}****{shown[-4:]}"


def _narrow(text: str) -> str:
    return normalize("NFKC", text)
